using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Privacy;

/// <summary>The verb <c>forget</c>: erases a person and shows what is left, through the running gateway or, when none runs, in the data folder itself.</summary>
public sealed class ForgetCommand
{
    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Func<string, string?> _ask;
    private readonly Reach _reach;
    private readonly Argument<string> _which = new("id") { Description = "The wearable's id." };
    private readonly Option<bool> _account = new("--account") { Description = "Its account too: it can only come back by device add." };
    private readonly Option<bool> _yes = new("--yes") { Description = "Do not ask." };
    private readonly Option<bool> _json = new("--json") { Description = "The report as JSON." };

    private ForgetCommand(Func<ParseResult, GatewayOptions> optionsOf, Func<string, string?>? ask)
    {
        _optionsOf = optionsOf;
        _ask = ask ?? Ask;
        _reach = new Reach(optionsOf);
    }

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="ask">Asks the owner; null when there is no terminal. The terminal when not given.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, Func<string, string?>? ask = null) => new ForgetCommand(optionsOf, ask).Make();

    private Command Make()
    {
        Command forget = new("forget", "Erases everything of one wearable's person, and looks for what is left. Exit code 1 when anything is.") { _which, _account, _yes, _json };
        _reach.AddTo(forget);
        _which.CompletionSources.Add(context => KnownDevices.Of(context, _optionsOf));
        forget.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, () => ForgetAsync(parsed, cancellation)));
        return forget;
    }

    private async Task<int> ForgetAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string id = parsed.GetRequiredValue(_which);
        if (!Ids.IsValid(id))
        {
            throw new ToolException(ToolExit.Refused, $"id: 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{id}\".");
        }

        if (!parsed.GetValue(_yes) && _ask($"This cannot be undone; \"wearable export {id} --out FOLDER\" keeps a copy. Type {id} to erase everything of it: ")?.Trim() != id)
        {
            throw new ToolException(ToolExit.Refused, $"Nothing was erased: the id {id} expected as an answer, or --yes.");
        }

        ErasureReport report = await EraseAsync(parsed, id, parsed.GetValue(_account), cancellation).ConfigureAwait(false);
        if (parsed.GetValue(_json))
        {
            parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        }
        else
        {
            Print(report, ToolRun.ConsoleOf(parsed));
        }

        if (!report.FoundAnything)
        {
            throw new ToolException(ToolExit.Refused, $"Nothing of {id} was found: \"wearable devices\" and \"wearable device list\" show whom there is.");
        }

        return report.Search.Clean ? ToolExit.Done : ToolExit.Refused;
    }

    // The gateway of this very data folder: another one that happens to run here is not asked.
    private async Task<ErasureReport> EraseAsync(ParseResult parsed, string id, bool account, CancellationToken cancellation)
    {
        GatewayOptions options = _optionsOf(parsed);
        if (_reach.IsElsewhere(parsed) || RunningGateway.Find(options.DataFolder) is not null)
        {
            using GatewayClient api = _reach.Api(parsed);
            JsonElement report = await api.DeleteAsync($"api/devices/{id}{(account ? "?account=true" : "")}", cancellation).ConfigureAwait(false);
            return report.Deserialize<ErasureReport>(JsonSerializerOptions.Web)!;
        }

        string file = Path.Combine(options.DataFolder, Telemetry.Sqlite.SqliteStore.FileName);
        return options.Store.Kind == StoreKind.Postgres || File.Exists(file)
            ? await StoppedErasure.EraseAsync(options, id, account, TimeProvider.System).ConfigureAwait(false)
            : throw new ToolException(ToolExit.Refused, $"{file}: no such database; another folder is chosen with --data FOLDER, a gateway on another machine with --gateway URL.");
    }

    private static void Print(ErasureReport report, IAnsiConsole console)
    {
        Line(console, "rows", report.Rows.Count == 0 ? "none" : $"{report.Rows.Values.Sum()}: {string.Join(", ", report.Rows.Select(row => $"{row.Key} {row.Value}"))}");
        Line(console, "files", report.Files.Count == 0 ? "none" : string.Join(", ", report.Files));
        Line(console, "settings", report.Settings.Count == 0 ? "none" : "cut out of " + string.Join(", ", report.Settings));
        Line(console, "retained", report.Topics.Count == 0 ? "none" : string.Join(", ", report.Topics));
        Line(console, "account", report.Account);
        Line(console, "wearable", report.Wearable);
        Line(console, "searched", $"{report.Search.Files} files, {report.Search.Bytes} bytes, for {report.Search.Texts} texts");
        Line(console, "left", report.Search.Clean ? "nothing" : $"{report.Search.RowsLeft} rows, {report.Search.Left.Count} places", report.Search.Clean ? "green" : "red");
        foreach (Leftover left in report.Search.Left)
        {
            Line(console, "", $"{left.File}: {left.What}, {left.Times} times", "red");
        }

        foreach (string note in report.Search.Notes)
        {
            Line(console, "", note, "yellow");
        }

        Line(console, "beyond", string.Join("; ", report.Beyond), "grey");
    }

    private static void Line(IAnsiConsole console, string name, string text, string colour = "default") => console.MarkupLineInterpolated($"{name,-9} [{colour}]{text}[/]");

    private static string? Ask(string question)
    {
        if (Console.IsInputRedirected)
        {
            return null;
        }

        Console.Error.Write(question);
        return Console.ReadLine();
    }
}
