using System.Globalization;

namespace Wearable.Gateway.Pulse;

/// <summary>From when to when, as owners write it: a local day (<c>2026-11-24</c>) or a time with its offset (<c>2026-11-24T08:00:00+01:00</c>).</summary>
/// <param name="From">First instant.</param>
/// <param name="To">First instant behind it.</param>
public sealed record HeartRange(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Reads both ends; a day as the end counts whole.</summary>
    /// <param name="from">First day or time.</param>
    /// <param name="to">Last day or time; null is now.</param>
    /// <param name="time">Now, and whose midnights bound a day.</param>
    /// <param name="problem">What is wrong, in one sentence without the full stop; empty when nothing is.</param>
    public static HeartRange? Parse(string? from, string? to, TimeProvider time, out string problem)
    {
        DateTimeOffset? begin = End(from, 0, time.LocalTimeZone);
        DateTimeOffset? end = to is null ? time.GetUtcNow() : End(to, 1, time.LocalTimeZone);
        problem = begin is null ? Wrong("from", from) : end is null ? Wrong("to", to) : begin >= end ? $"from: a time before to expected, got {from} to {to ?? "now"}" : "";
        return problem.Length == 0 ? new HeartRange(begin!.Value, end!.Value) : null;
    }

    /// <summary>Reads a local day; today when none is given.</summary>
    public static DateOnly? Day(string? text, TimeProvider time, out string problem)
    {
        problem = "";
        if (text is null)
        {
            return DateOnly.FromDateTime(time.GetLocalNow().DateTime);
        }

        if (TryDay(text, out DateOnly day))
        {
            return day;
        }

        problem = $"date: a day such as 2026-11-24 expected, got \"{Short(text)}\"";
        return null;
    }

    /// <summary>When a day begins.</summary>
    public static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        DateTime midnight = day.ToDateTime(TimeOnly.MinValue);

        // Where the clock jumps at midnight the day begins an hour later.
        midnight = zone.IsInvalidTime(midnight) ? midnight.AddHours(1) : midnight;
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }

    private static DateTimeOffset? End(string? text, int daysLater, TimeZoneInfo zone)
    {
        if (TryDay(text, out DateOnly day))
        {
            return Midnight(day.AddDays(daysLater), zone);
        }

        string[] formats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFK"];
        bool hasOffset = text is not null && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal));
        return hasOffset && DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset at) ? at : null;
    }

    // Epoch ms must hold the day after it too.
    private static bool TryDay(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day.Year is >= 1970 and < 9999;

    private static string Wrong(string name, string? text) =>
        $"{name}: a day such as 2026-11-24 or a time such as 2026-11-24T08:00:00Z expected, got {(text is null ? "none" : $"\"{Short(text)}\"")}";

    private static string Short(string text) => text.Length > 40 ? text[..40] + "..." : text;
}
