using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wearable.Gateway.Brain;

/// <summary>One thing that is remembered of a wearer.</summary>
/// <param name="Text">What; at most <see cref="FactMemory.MaxFactChars"/> characters.</param>
/// <param name="Kind"><see cref="Fact"/> or <see cref="Summary"/>.</param>
[JsonConverter(typeof(MemoryEntryConverter))]
public sealed record MemoryEntry(string Text, string Kind)
{
    /// <summary>The person asked for it to be kept.</summary>
    public const string Fact = "fact";

    /// <summary>A model wrote it when a conversation was over.</summary>
    public const string Summary = "summary";
}

/// <summary>A fact is a plain string, as it was before there were summaries; a summary an object.</summary>
internal sealed class MemoryEntryConverter : JsonConverter<MemoryEntry>
{
    /// <inheritdoc/>
    public override MemoryEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new MemoryEntry(reader.GetString()!, MemoryEntry.Fact);
        }

        using JsonDocument entry = JsonDocument.ParseValue(ref reader);
        return entry.RootElement.ValueKind == JsonValueKind.Object && entry.RootElement.TryGetProperty(MemoryEntry.Summary, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? new MemoryEntry(text.GetString()!, MemoryEntry.Summary)
            : throw new JsonException("a string or a summary expected");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MemoryEntry value, JsonSerializerOptions options)
    {
        if (value.Kind == MemoryEntry.Fact)
        {
            writer.WriteStringValue(value.Text);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString(MemoryEntry.Summary, value.Text);
        writer.WriteEndObject();
    }
}
