using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Wearable.Gateway.Tool;

/// <summary>The verb <c>devices</c>: the wearables as the running gateway sees them now.</summary>
public static class DevicesCommand
{
    private const int WideColumns = 100;

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="time">Now; the system's when not given.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, TimeProvider? time = null)
    {
        Option<bool> json = new("--json") { Description = "As the API gives it." };
        Command devices = new("devices", "Shows the wearables: state, microphone, battery, memory, signal, when last heard of.") { json };
        Reach reach = new(optionsOf);
        reach.AddTo(devices);
        devices.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, async () =>
        {
            using GatewayClient api = reach.Api(parsed);
            JsonElement all = await api.GetAsync("api/devices", cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                parsed.InvocationConfiguration.Output.WriteLine(all.GetRawText());
            }
            else if (all.GetArrayLength() == 0)
            {
                parsed.InvocationConfiguration.Output.WriteLine("No wearable was heard of yet. \"wearable demo\" brings a simulated one, \"wearable device add\" a real one.");
            }
            else
            {
                IAnsiConsole console = ToolRun.ConsoleOf(parsed);
                console.Write(Table(all, (time ?? TimeProvider.System).GetUtcNow(), console.Profile.Width));
            }

            return ToolExit.Done;
        }));
        return devices;
    }

    // A column that nobody fills is left out; on a narrow terminal those that matter least.
    private static Table Table(JsonElement all, DateTimeOffset now, int width)
    {
        (string Name, Func<JsonElement, Text> Cell)[] columns =
        [
            ("id", device => new Text(Text(device, "id"), new Style(decoration: Decoration.Bold))),
            ("name", device => new Text(Text(device, "name"))),
            ("state", device => new Text(IsOnline(device) ? Text(device, "mode") : "offline", new Style(IsOnline(device) ? Color.Green : Color.Grey))),
            ("microphone", device => Microphone(Text(device, "mic"))),
            ("heart", device => new Text(IsOnline(device) ? Heart(device.GetProperty("heart")) : "")),
            ("battery", device => new Text(Number(device, "bat", "%"))),
            ("heap", device => new Text(Number(device, "heap", " KB", 1024))),
            ("last seen", device => new Text(Ago(now, DateTimeOffset.FromUnixTimeMilliseconds(device.GetProperty("lastSeen").GetInt64())))),
            ("signal", device => new Text(Number(device, "rssi", " dBm"))),
            ("firmware", device => new Text(Text(device, "fw"))),
        ];
        columns = [.. columns.Where(column => width >= WideColumns || column.Name is not ("signal" or "firmware")).Where(column => all.EnumerateArray().Any(device => column.Cell(device).Length > 0))];
        Table table = new Table().Border(TableBorder.None);
        Array.ForEach(columns, column => table.AddColumn(new TableColumn(column.Name).NoWrap()));
        foreach (JsonElement device in all.EnumerateArray())
        {
            table.AddRow(columns.Select(column => column.Cell(device)));
        }

        return table;
    }

    private static bool IsOnline(JsonElement device) => device.GetProperty("online").GetBoolean();

    private static Text Microphone(string state) => new(state, new Style(state == "stream" ? Color.Red : state == "wake" ? Color.Yellow : Color.Grey));

    private static string Heart(JsonElement heart) => heart.ValueKind != JsonValueKind.Object ? "" : heart.GetProperty("bpm") is { ValueKind: JsonValueKind.Number } rate
        ? string.Create(CultureInfo.InvariantCulture, $"{rate.GetDouble():0} bpm")
        : heart.GetProperty("st").GetString() ?? "";

    private static string Text(JsonElement device, string name) => device.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Number(JsonElement device, string name, string unit, int divide = 1) =>
        device.GetProperty("health") is { } health && health.ValueKind == JsonValueKind.Object && health.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? string.Create(CultureInfo.InvariantCulture, $"{value.GetInt64() / divide}{unit}")
            : "";

    private static string Ago(DateTimeOffset now, DateTimeOffset then) => (now - then) switch
    {
        { TotalSeconds: < 60 } ago => $"{Math.Max(0, (int)ago.TotalSeconds)} s ago",
        { TotalMinutes: < 60 } ago => $"{(int)ago.TotalMinutes} min ago",
        { TotalHours: < 48 } ago => $"{(int)ago.TotalHours} h ago",
        var ago => $"{(int)ago.TotalDays} d ago",
    };
}
