namespace Wearable.Gateway.Mqtt;

/// <summary>Makes text from the wire fit for one line of a log or a page.</summary>
public static class LogText
{
    /// <summary>Longest text kept.</summary>
    public const int MaxLength = 300;

    /// <summary>Control characters become spaces (a forged line break would forge a log entry); the rest is cut at <see cref="MaxLength"/>.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        string cut = text.Length > MaxLength ? text[..MaxLength] + "..." : text;
        return string.Create(cut.Length, cut, static (span, from) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
            }
        });
    }
}
