using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tool;

/// <summary>Writes one message on one line: for people with colours, or as JSON for programs.</summary>
internal sealed class WatchLine(TextWriter output, IAnsiConsole console, bool json)
{
    // Every message has them; they say nothing to a person.
    private static readonly string[] Bookkeeping = ["b", "n", "ts"];

    /// <summary>The wearable and kind of a topic; of one that is not of the contract empty and its last level.</summary>
    public static (string Device, string Kind) Of(string topic)
    {
        TopicName name = TopicName.Parse(topic);
        string[] levels = topic.Split('/');
        return name.Kind switch
        {
            TopicKind.None => ("", levels[^1]),
            TopicKind.Command => (name.DeviceId, "cmd"),
            TopicKind.Turn => (name.DeviceId, "turn"),
            TopicKind.ConfigDesired or TopicKind.ConfigReported or TopicKind.WakeModel => (name.DeviceId, "cfg"),
            _ => (name.DeviceId, levels[^1]),
        };
    }

    /// <summary>Writes it.</summary>
    public void Write(WatchCommand.Seen message, string device, string kind)
    {
        if (json)
        {
            WriteJson(message, device, kind);
            return;
        }

        string behind = device.Length > 0 ? message.Topic[(Topics.Root.Length + device.Length + 1)..] : message.Topic;
        console.MarkupLineInterpolated($"[grey]{message.At.ToLocalTime():HH:mm:ss.fff}[/] [bold]{LogText.Clean(device),-12}[/] [{ColourOf(kind)}]{LogText.Clean(behind),-14}[/] {Text(message.Payload)}[grey]{(message.Retained ? "  retained" : "")}[/]");
    }

    private static string ColourOf(string kind) => kind switch
    {
        "fault" => "red",
        "wake" or "keyword" => "yellow",
        "near" => "olive",
        "heart" or "beats" => "fuchsia",
        "turn" or "speech" => "green",
        "cmd" or "cfg" or "ack" => "blue",
        "status" or "state" or "info" => "aqua",
        _ => "silver",
    };

    private static string Text(byte[] payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return LogText.Clean(string.Join("  ", document.RootElement.EnumerateObject().Where(field => !Bookkeeping.Contains(field.Name)).Select(field => $"{field.Name}={field.Value}")));
            }
        }
        catch (JsonException)
        {
            // Shown as it is.
        }

        return System.Text.Unicode.Utf8.IsValid(payload) ? LogText.Clean(Encoding.UTF8.GetString(payload)) : $"{payload.Length} bytes";
    }

    private void WriteJson(WatchCommand.Seen message, string device, string kind)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter writer = new(line))
        {
            writer.WriteStartObject();
            writer.WriteString("at", message.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("topic", message.Topic);
            writer.WriteString("device", device);
            writer.WriteString("kind", kind);
            writer.WriteBoolean("retained", message.Retained);
            writer.WritePropertyName("payload");
            WritePayload(writer, message.Payload);
            writer.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(line.ToArray()));
        output.Flush();
    }

    private static void WritePayload(Utf8JsonWriter writer, byte[] payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            document.RootElement.WriteTo(writer);
        }
        catch (JsonException)
        {
            if (System.Text.Unicode.Utf8.IsValid(payload))
            {
                writer.WriteStringValue(payload);
            }
            else
            {
                writer.WriteBase64StringValue(payload);
            }
        }
    }
}
