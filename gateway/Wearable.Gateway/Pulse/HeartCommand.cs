using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Pulse;

/// <summary>The verb <c>heart</c>: a day summed up, or readings as a file, from the database of the data folder; the gateway may run meanwhile.</summary>
public sealed class HeartCommand
{
    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly TimeProvider _time;
    private readonly Option<string> _device = new("--device") { Description = "The wearable.", Required = true, HelpName = "ID" };
    private readonly Option<string?> _date = new("--date") { Description = "Day, such as 2026-11-24; today when not given.", HelpName = "DAY" };
    private readonly Option<string> _from = new("--from") { Description = "First day (2026-11-24) or time (2026-11-24T08:00:00Z).", Required = true, HelpName = "WHEN" };
    private readonly Option<string?> _to = new("--to") { Description = "Last day, or end; now when not given.", HelpName = "WHEN" };
    private readonly Option<string> _format = new("--format") { Description = "csv, fhir (R4 Observations, one a line) or omh (Open mHealth heart-rate 2.0, one a line).", DefaultValueFactory = _ => "csv", HelpName = "NAME" };
    private readonly Option<string?> _out = new("--out") { Description = "File to write, readable by you only; standard output when not given.", HelpName = "FILE" };

    private HeartCommand(Func<ParseResult, GatewayOptions> optionsOf, TimeProvider time)
    {
        _optionsOf = optionsOf;
        _time = time;
    }

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="time">Now and the local zone; the system's when not given.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, TimeProvider? time = null) => new HeartCommand(optionsOf, time ?? TimeProvider.System).Make();

    private Command Make()
    {
        Command day = new("day", "Sums a day up: resting rate, range, time in zones, variability.") { _device, _date };
        day.SetAction((parsed, cancellation) => RunAsync(parsed, DayAsync, cancellation));
        Command export = new("export", "Writes stored readings as CSV, FHIR or Open mHealth.") { _device, _from, _to, _format, _out };
        export.SetAction((parsed, cancellation) => RunAsync(parsed, ExportAsync, cancellation));
        return new Command("heart", "What was measured of a pulse. Not a medical device.") { day, export };
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ParseResult, HeartArchive, string, CancellationToken, Task<string>> action, CancellationToken cancellation)
    {
        string device = parsed.GetRequiredValue(_device);
        string problem = Ids.IsValid(device) ? "" : $"device: an id of a-z, 0-9 and - expected, got \"{device}\"";
        GatewayOptions options = _optionsOf(parsed);
        string file = Path.Combine(options.DataFolder, Telemetry.Sqlite.SqliteStore.FileName);
        if (problem.Length == 0 && options.Store == StoreChoice.Sqlite && !File.Exists(file))
        {
            problem = $"{file}: no such database; the gateway makes it when it first runs, another folder is chosen with --data FOLDER";
        }

        if (problem.Length == 0)
        {
            try
            {
                await using IStore store = await Stores.OpenAsync(options, cancellation: cancellation).ConfigureAwait(false);
                problem = await action(parsed, new HeartArchive(store), device, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problem = $"--out: {e.Message.TrimEnd('.')}";
            }
        }

        if (problem.Length > 0)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(problem + ".").ConfigureAwait(false);
        }

        return problem.Length > 0 ? 1 : 0;
    }

    private async Task<string> ExportAsync(ParseResult parsed, HeartArchive archive, string device, CancellationToken cancellation)
    {
        string format = parsed.GetRequiredValue(_format);
        if (HeartExport.Named(format, device) is not { } export)
        {
            return $"format: one of {string.Join(", ", HeartExport.Names)} expected, got \"{format}\"";
        }

        if (HeartRange.Parse(parsed.GetRequiredValue(_from), parsed.GetValue(_to), _time, out string problem) is not { } range)
        {
            return problem;
        }

        await using Stream output = parsed.GetValue(_out) is string file ? Create(file) : Console.OpenStandardOutput();
        await export.WriteAsync(archive.HeartsAsync(device, range.From, range.To, cancellation), output, cancellation).ConfigureAwait(false);
        return "";
    }

    private static FileStream Create(string file)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options);
    }

    private async Task<string> DayAsync(ParseResult parsed, HeartArchive archive, string device, CancellationToken cancellation)
    {
        if (HeartRange.Day(parsed.GetValue(_date), _time, out string problem) is not DateOnly date)
        {
            return problem;
        }

        int? age = HeartSettings.Load(_optionsOf(parsed).DataFolder).AgeOf(device);
        HeartDay day = await HeartDays.SumAsync(archive, device, date, _time.LocalTimeZone, age, cancellation).ConfigureAwait(false);
        await PrintAsync(day, parsed.InvocationConfiguration.Output).ConfigureAwait(false);
        return "";
    }

    private static async Task PrintAsync(HeartDay day, TextWriter output)
    {
        List<string> lines =
        [
            $"{day.Device}  {day.Date}  {day.Notice}",
            $"measured     {Number(day.MeasuredMinutes)} min",
            $"resting      {(day.Resting is { } rest ? $"{Number(rest.Bpm)} bpm, {rest.Method}" : "none: it takes five minutes of rest in a row")}",
            $"range        {(day.LowestBpm is null ? "none" : $"{Number(day.LowestBpm)} to {Number(day.HighestBpm)} bpm, mean {Number(day.MeanBpm)}")}",
        ];
        lines.AddRange(day.Zones?.Select(zone => string.Create(CultureInfo.InvariantCulture, $"  {zone.Name,-14} from {zone.FromBpm,5:0.0} bpm  {zone.Minutes,7:0.0} min")) ?? [$"zones        none: no age in {HeartSettings.FileName}"]);
        lines.Add(day.Variability switch
        {
            null => "variability  none: no beats were stored",
            { Minutes: 0 } few => $"variability  none: fewer than {VariabilityFinder.LeastAcceptedPercent} % accepted intervals in each of {few.MinutesRefused} min",
            { } some => $"variability  {some.Label}: RMSSD {Number(some.RmssdMs)} ms, SDNN of one minute {Number(some.SdnnMs)} ms, median of {some.Minutes} min ({some.MinutesRefused} refused)",
        });
        foreach (string line in lines)
        {
            await output.WriteLineAsync(line).ConfigureAwait(false);
        }
    }

    private static string Number(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "none";
}
