using System.Globalization;
using System.Text.Json;

namespace Wearable.Gateway.Recording;

/// <summary>A reference beside a recording has a line that is not understood, or no time in common with it; the message says which.</summary>
public sealed class ReferenceException(string message) : Exception(message);

/// <summary>
/// What a chest strap said, as CSV: first line <c>time,bpm</c> or <c>time,rr_ms</c>, then one reading a line, oldest first. The time is ISO 8601
/// with its offset or epoch ms; of <c>rr_ms</c> it is the beat that ends the interval.
/// </summary>
public static class ReferenceFile
{
    private const double WindowS = 8, StepS = 2, LongestGapS = 3;

    /// <summary>Writes <c>NAME.hr</c> (and <c>NAME.beats</c> of intervals) beside a recording.</summary>
    /// <param name="infoFile">The recording's <c>NAME.json</c>, with its start.</param>
    /// <param name="csvFile">The reference.</param>
    /// <returns>Windows of 8 s that have a reference.</returns>
    /// <exception cref="ReferenceException">A line is wrong, or nothing falls into the recording.</exception>
    public static int Attach(string infoFile, string csvFile)
    {
        (long start, double seconds) = Info(infoFile);
        (bool intervals, List<(double AtS, double Value)> readings) = Read(csvFile, start);
        List<string> windows = [];
        for (double from = 0; from + WindowS <= seconds + 1e-9; from += StepS)
        {
            if (RateOf(readings, from, from + WindowS, intervals) is double rate)
            {
                windows.Add(string.Create(CultureInfo.InvariantCulture, $"{from:0.###} {from + WindowS:0.###} {rate:0.0}"));
            }
        }

        if (windows.Count == 0)
        {
            throw new ReferenceException($"{csvFile}: no whole window of {WindowS:0} s in common with the recording, which is {seconds:0} s from {DateTimeOffset.FromUnixTimeMilliseconds(start):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        }

        File.WriteAllLines(Path.ChangeExtension(infoFile, ".hr"), windows);
        if (intervals)
        {
            File.WriteAllLines(Path.ChangeExtension(infoFile, ".beats"), readings.Where(r => r.AtS >= 0 && r.AtS <= seconds).Select(r => r.AtS.ToString("0.000", CultureInfo.InvariantCulture)));
            File.WriteAllText(Path.ChangeExtension(infoFile, ".bad"), "");
        }

        return windows.Count;
    }

    private static (long Start, double Seconds) Info(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            return (root.GetProperty("start").GetInt64(), root.GetProperty("n").GetInt32() / (double)root.GetProperty("fs").GetInt32());
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ReferenceException($"{file}: a recording made by `record`, with n, fs and start, expected ({e.Message.TrimEnd('.')})");
        }
    }

    private static (bool Intervals, List<(double AtS, double Value)> Readings) Read(string file, long start)
    {
        if (!File.Exists(file))
        {
            throw new ReferenceException($"{file}: not found");
        }

        List<(double, double)> readings = [];
        bool? intervals = null;
        double last = double.MinValue;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            string text = line.Trim('\uFEFF', ' ', '\r');
            if (intervals is null)
            {
                intervals = text == "time,rr_ms" ? true : text == "time,bpm" ? false : throw Wrong(file, number, "time,bpm or time,rr_ms", text);
                continue;
            }

            if (text.Length == 0)
            {
                continue;
            }

            string[] fields = text.Split(',');
            (double least, double most) = intervals.Value ? (200, 3000) : (20, 300);
            if (fields.Length != 2 || Time(fields[0]) is not double at || !double.TryParse(fields[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value >= least && value <= most))
            {
                throw Wrong(file, number, $"a time and a value from {least:0} to {most:0}", text);
            }

            if (at < last)
            {
                throw Wrong(file, number, "a time not before the line above", text);
            }

            last = at;
            readings.Add(((at - start) / 1000, value));
        }

        return (intervals ?? throw Wrong(file, 1, "time,bpm or time,rr_ms", ""), readings);
    }

    private static double? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) && epoch > 100_000_000_000 ? epoch
        : text.Contains('T', StringComparison.Ordinal) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal))
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset at) ? (at - DateTimeOffset.UnixEpoch).TotalMilliseconds
        : null;

    // Only a window that is covered from end to end has a reference.
    private static double? RateOf(List<(double AtS, double Value)> readings, double from, double to, bool intervals)
    {
        (double AtS, double Value)[] inside = [.. readings.Where(r => r.AtS >= from && r.AtS <= to)];
        if (inside.Length < 2 || inside[0].AtS > from + LongestGapS || inside[^1].AtS < to - LongestGapS || inside.Zip(inside.Skip(1)).Any(pair => pair.Second.AtS - pair.First.AtS > LongestGapS))
        {
            return null;
        }

        return intervals ? 60 * (inside.Length - 1) / (inside[^1].AtS - inside[0].AtS) : inside.Average(r => r.Value);
    }

    private static ReferenceException Wrong(string file, int line, string wanted, string got) => new($"{file} line {line}: {wanted} expected, got \"{(got.Length > 60 ? got[..60] + "..." : got)}\"");
}
