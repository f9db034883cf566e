using Wearable.Gateway;

GatewayCommand command = new(GatewayRun.RunAsync);
return await command.InvokeAsync(args);
