using System.Globalization;
using System.Text;
using System.Text.Json;
using Wearable.Contract;

namespace Wearable.Gateway.Replay;

/// <summary>A recording cannot be used; the message names the line, what came and what was expected.</summary>
public sealed class DayFileException(string message) : Exception(message);

/// <summary>One recorded message of one wearable.</summary>
/// <param name="At">When it was received, epoch ms.</param>
/// <param name="Topic">Its whole topic.</param>
/// <param name="Payload">Its bytes.</param>
public sealed record RecordedMessage(long At, string Topic, byte[] Payload)
{
    /// <summary>What it is.</summary>
    public TopicName Name { get; } = TopicName.Parse(Topic);

    /// <summary>The payload as text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);
}

/// <summary>
/// What passed over MQTT of one wearable, in order, as lines of JSON: first <c>{"recording":1,"device":"bear","sound":false}</c>, then one line a message,
/// <c>{"at":1795806230600,"t":"tele/heart","p":"..."}</c>, the payload as text; sound, which is there only with the wearer's consent, as base64 in <c>b</c>.
/// </summary>
/// <param name="Device">The wearable.</param>
/// <param name="HasSound">Whether sound of its microphone was recorded.</param>
/// <param name="Messages">All messages, oldest first.</param>
public sealed record DayFile(string Device, bool HasSound, IReadOnlyList<RecordedMessage> Messages)
{
    /// <summary>Version of the format.</summary>
    public const int Format = 1;

    /// <summary>The name of sound from the microphone in <c>t</c>.</summary>
    public const string SoundTopic = "audio/up";

    /// <summary>The first line of a file.</summary>
    public static string Head(string device, bool sound) => JsonSerializer.Serialize(new { recording = Format, device, sound });

    /// <summary>The line of one message; null for one that does not belong into a recording.</summary>
    public static string? Line(string device, RecordedMessage message)
    {
        string root = Topics.Root + device + "/";
        return message.Name switch
        {
            { DeviceId: var id } when id != device => null,
            { Kind: TopicKind.AudioUp } => JsonSerializer.Serialize(new { at = message.At, t = SoundTopic, b = Convert.ToBase64String(message.Payload) }),
            { Kind: TopicKind.AudioDown or TopicKind.WakeModel or TopicKind.None } => null,
            _ => JsonSerializer.Serialize(new { at = message.At, t = message.Topic[root.Length..], p = message.Text }),
        };
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DayFileException">It is no recording.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DayFile Read(string file)
    {
        string? device = null;
        bool sound = false;
        List<RecordedMessage> messages = [];
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                if (device is null)
                {
                    (device, sound) = ReadHead(json.RootElement);
                }
                else
                {
                    messages.Add(ReadMessage(device, json.RootElement, messages.Count == 0 ? 0 : messages[^1].At));
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw new DayFileException($"{file} line {number.ToString(CultureInfo.InvariantCulture)}: {e.Message.TrimEnd('.')}");
            }
        }

        return device is null ? throw new DayFileException($"{file}: a recording expected, got an empty file") : new DayFile(device, sound, messages);
    }

    private static (string Device, bool Sound) ReadHead(JsonElement head)
    {
        if (head.ValueKind != JsonValueKind.Object || !head.TryGetProperty("recording", out JsonElement format) || format.GetInt32() != Format)
        {
            throw new FormatException($"{{\"recording\":{Format},...}} expected, this is no recording of this version");
        }

        string device = head.GetProperty("device").GetString() ?? "";
        return Ids.IsValid(device) ? (device, head.GetProperty("sound").GetBoolean()) : throw new FormatException($"device: an id of a-z, 0-9 and - expected, got \"{device}\"");
    }

    private static RecordedMessage ReadMessage(string device, JsonElement line, long before)
    {
        long at = line.GetProperty("at").GetInt64();
        string topic = line.GetProperty("t").GetString() ?? "";
        if (at < before)
        {
            throw new FormatException($"at: {before} or later expected, got {at}");
        }

        RecordedMessage message = topic == SoundTopic
            ? new RecordedMessage(at, new Topics(device).AudioUp, line.GetProperty("b").GetBytesFromBase64())
            : new RecordedMessage(at, Topics.Root + device + "/" + topic, Encoding.UTF8.GetBytes(line.GetProperty("p").GetString() ?? ""));
        return message.Name.Kind == TopicKind.None ? throw new FormatException($"t: a topic of the contract expected, got \"{topic}\"") : message;
    }
}
