using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Wearable.Gateway.Tool;

/// <summary>The verb <c>devices</c>: the wearables as the running gateway sees them now.</summary>
public static class DevicesCommand
{
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
                ToolRun.ConsoleOf(parsed).Write(Table(all, (time ?? TimeProvider.System).GetUtcNow()));
            }

            return ToolExit.Done;
        }));
        return devices;
    }

    private static Table Table(JsonElement all, DateTimeOffset now)
    {
        Table table = new Table().Border(TableBorder.None);
        foreach (string column in (string[])["id", "name", "state", "microphone", "heart", "battery", "heap", "signal", "last seen", "firmware"])
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (JsonElement device in all.EnumerateArray())
        {
            bool online = device.GetProperty("online").GetBoolean();
            JsonElement health = device.GetProperty("health"), heart = device.GetProperty("heart");
            string microphone = Text(device, "mic");
            table.AddRow(
                new Text(Text(device, "id"), new Style(decoration: Decoration.Bold)),
                new Text(Text(device, "name")),
                new Text(online ? Text(device, "mode") : "offline", new Style(online ? Color.Green : Color.Grey)),
                new Text(microphone, new Style(microphone == "stream" ? Color.Red : microphone == "wake" ? Color.Yellow : Color.Grey)),
                new Text(online && heart.ValueKind == JsonValueKind.Object ? Heart(heart) : ""),
                new Text(Number(health, "bat", "%")),
                new Text(Number(health, "heap", " KB", 1024)),
                new Text(Number(health, "rssi", " dBm")),
                new Text(Ago(now, DateTimeOffset.FromUnixTimeMilliseconds(device.GetProperty("lastSeen").GetInt64()))),
                new Text(Text(device, "fw")));
        }

        return table;
    }

    private static string Heart(JsonElement heart) => heart.GetProperty("bpm") is { ValueKind: JsonValueKind.Number } rate
        ? string.Create(CultureInfo.InvariantCulture, $"{rate.GetDouble():0} bpm")
        : heart.GetProperty("st").GetString() ?? "";

    private static string Text(JsonElement device, string name) => device.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Number(JsonElement health, string name, string unit, int divide = 1) =>
        health.ValueKind == JsonValueKind.Object && health.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
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
