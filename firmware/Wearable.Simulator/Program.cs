using Wearable.Simulator.CommandLine;

SimulatorCommand command = new((options, cancellation) => options.ChipSpeed is null
    ? new ConsoleRun(options, Console.Out, Console.Error).RunAsync(cancellation)
    : ChipRun.RunAsync(args, Console.Out, Console.Error));
return await command.InvokeAsync(args, Console.Out, Console.Error);
