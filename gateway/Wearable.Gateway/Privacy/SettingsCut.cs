using System.Text.Json;

namespace Wearable.Gateway.Privacy;

/// <summary>Cuts one wearable out of a settings file of the form <c>{ "devices": { "ID": ... } }</c>; everything else stays as its owner wrote it, comments too.</summary>
public static class SettingsCut
{
    /// <summary>The file without the wearable; null when it does not name it.</summary>
    /// <exception cref="JsonException">No JSON.</exception>
    public static byte[]? Without(byte[] json, string deviceId)
    {
        ReadOnlySpan<byte> text = json.AsSpan(json.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
        Utf8JsonReader reader = new(text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        while (reader.Read())
        {
            if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && !reader.ValueTextEquals("devices"))
            {
                reader.Skip();
            }
            else if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 })
            {
                bool its = reader.ValueTextEquals(deviceId);
                int from = (int)reader.TokenStartIndex;
                reader.Skip();
                if (its)
                {
                    return Cut(text, from, (int)reader.BytesConsumed);
                }
            }
        }

        return null;
    }

    // With its comma: the one behind it, or of the last member the one before it.
    private static byte[] Cut(ReadOnlySpan<byte> text, int from, int to)
    {
        int behind = to;
        while (behind < text.Length && text[behind] <= ' ')
        {
            behind++;
        }

        if (behind < text.Length && text[behind] == ',')
        {
            to = behind + 1;
        }
        else
        {
            int before = from - 1;
            while (before >= 0 && text[before] <= ' ')
            {
                before--;
            }

            from = before >= 0 && text[before] == ',' ? before : from;
        }

        return [.. text[..from], .. text[to..]];
    }
}
