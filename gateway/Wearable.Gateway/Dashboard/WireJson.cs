using System.Buffers;
using System.Text;
using System.Text.Json;
using Wearable.Contract;

namespace Wearable.Gateway.Dashboard;

/// <summary>JSON for the page out of wire payloads.</summary>
internal static class WireJson
{
    /// <summary>
    /// One event of the live feed: <c>{"device","at","topic","phase"?,"data"}</c>. The data is the payload as on the wire; where that
    /// is no strict JSON (the device's reader lets unknown fields hold anything number-like) it is written anew from the message.
    /// </summary>
    public static string Event(string device, DateTimeOffset at, string topic, string? phase, ReadOnlyMemory<byte> payload, object message)
    {
        ArrayBufferWriter<byte> buffer = new(payload.Length + 160);
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        json.WriteString("device", device);
        json.WriteNumber("at", at.ToUnixTimeMilliseconds());
        json.WriteString("topic", topic);
        if (phase is not null)
        {
            json.WriteString("phase", phase);
        }

        json.WritePropertyName("data");
        json.WriteRawValue(Strict(payload, message), skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A message as one JSON value.</summary>
    public static JsonElement Value(DeviceMessage message)
    {
        using JsonDocument document = JsonDocument.Parse(Write(message.Write));
        return document.RootElement.Clone();
    }

    /// <summary>A payload as one JSON object; null when it is none.</summary>
    public static JsonElement? ObjectOrNull(byte[] payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Strict(ReadOnlyMemory<byte> payload, object message)
    {
        switch (message)
        {
            case Mqtt.StatusReport status:
                return status.Online ? "\"online\""u8 : "\"offline\""u8;
            case DeviceMessage device:
                return IsStrict(payload) ? payload.Span : Write(device.Write);
            default:
                return IsStrict(payload) ? payload.Span : "null"u8;
        }
    }

    private static bool IsStrict(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Write(Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return writer.ToArray();
    }
}
