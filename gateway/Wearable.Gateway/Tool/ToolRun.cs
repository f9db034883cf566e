using System.CommandLine;
using Spectre.Console;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Models;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Tool;

/// <summary>What all verbs of the tool share: failures become one sentence and an exit code, output is coloured on a terminal only.</summary>
public static class ToolRun
{
    /// <summary>Runs a verb.</summary>
    public static async Task<int> GuardedAsync(ParseResult parsed, Func<Task<int>> verb)
    {
        try
        {
            return await verb().ConfigureAwait(false);
        }
        catch (ToolException e)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return e.Exit;
        }
        catch (Exception e) when (e is DeviceRefusedException or ErasureException or GatewayStartException or ModelException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return ToolExit.Refused;
        }
    }

    /// <summary>Whether output goes to a person's terminal, and not to a file, a pipe or a test.</summary>
    public static bool IsTerminal(ParseResult parsed) => ReferenceEquals(parsed.InvocationConfiguration.Output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Where a verb writes tables and colours.</summary>
    public static IAnsiConsole ConsoleOf(ParseResult parsed)
    {
        bool terminal = IsTerminal(parsed);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(parsed.InvocationConfiguration.Output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!terminal)
        {
            console.Profile.Width = 160; // no terminal has a width; a file is not cut at 80
        }

        return console;
    }
}
