using Wearable.Simulator.CommandLine;

SimulatorCommand command = new((options, cancellation) => new ConsoleRun(options, Console.Out, Console.Error).RunAsync(cancellation));
return await command.InvokeAsync(args, Console.Out, Console.Error);
