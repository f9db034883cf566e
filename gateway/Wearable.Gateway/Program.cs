return await Wearable.Gateway.Tool.WearableTool.Make().InvokeAsync(args);
