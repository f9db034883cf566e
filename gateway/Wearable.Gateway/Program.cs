using System.CommandLine;
using Wearable.Gateway;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Models;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Recording;

GatewayCommand command = new(GatewayRun.RunAsync);
Option<bool> once = new("--once") { Description = "Exit after the script: 0 when every turn was heard, understood, answered and played, else 1." };
Command demo = new("demo", "Starts the gateway and one simulated wearable and holds a scripted conversation.") { once };
demo.SetAction((parsed, cancellation) => DemoRun.RunAsync(command.OptionsOf(parsed), parsed.GetValue(once), cancellation));
command.Root.Subcommands.Add(demo);
command.Root.Subcommands.Add(ModelsCommand.Make());
command.Root.Subcommands.Add(DeviceCommand.Make(command.OptionsOf));
command.Root.Subcommands.Add(RecordCommand.Make(command.OptionsOf));
command.Root.Subcommands.Add(HeartCommand.Make(command.OptionsOf));
return await command.InvokeAsync(args);
