using System.CommandLine;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Doctor;
using Wearable.Gateway.Export;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Models;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Recording;
using Wearable.Gateway.Replay;
using Wearable.Gateway.Telemetry.Moving;

namespace Wearable.Gateway.Tool;

/// <summary>The one tool <c>wearable</c>: without a verb it is the gateway, with one it is everything else. docs/terminal.md shows each.</summary>
public static class WearableTool
{
    /// <summary>Puts all verbs together.</summary>
    public static GatewayCommand Make()
    {
        GatewayCommand command = new(GatewayRun.RunAsync);
        Command[] verbs =
        [
            Demo(command),
            WatchCommand.Make(command.OptionsOf),
            DevicesCommand.Make(command.OptionsOf),
            DeviceCommand.Make(command.OptionsOf),
            VoiceCommand.MakeSay(command.OptionsOf),
            VoiceCommand.MakeAsk(command.OptionsOf),
            RecordCommand.Make(command.OptionsOf),
            ReplayCommand.Make(command.OptionsOf),
            HeartCommand.Make(command.OptionsOf),
            DataCommand.Make(command.OptionsOf),
            ExportCommand.Make(command.OptionsOf),
            ForgetCommand.Make(command.OptionsOf),
            MemoryCommand.Make(command.OptionsOf),
            UserCommand.Make(command.OptionsOf),
            ModelsCommand.Make(),
            WakeModelCommand.Make(command.OptionsOf),
            StoreCommand.Make(command.OptionsOf),
            DoctorCommand.Make(command.OptionsOf),
            CompletionCommand.Make(),
        ];
        foreach (Command verb in verbs)
        {
            command.Root.Subcommands.Add(verb);
        }

        return command;
    }

    private static Command Demo(GatewayCommand command)
    {
        Option<bool> once = new("--once") { Description = "Exit after the script: 0 when every turn was heard, understood, answered and played, else 1." };
        Option<bool> two = new("--two") { Description = "Two wearables, spoken to at the same time: ten turns, and one word that both hear and the louder answers." };
        Command demo = new("demo", "Starts the gateway and one simulated wearable, or two, and holds a scripted conversation.") { once, two };
        demo.SetAction((parsed, cancellation) => DemoRun.RunAsync(command.OptionsOf(parsed), parsed.GetValue(two), parsed.GetValue(once), cancellation));
        return demo;
    }
}
