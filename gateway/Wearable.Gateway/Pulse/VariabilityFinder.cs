namespace Wearable.Gateway.Pulse;

/// <summary>Variability of the beats: an estimate, for light says when blood arrives, not when the heart beats (about 12 ms mean error an interval).</summary>
/// <param name="Label">Always <c>estimate</c>.</param>
/// <param name="RmssdMs">Root mean square of successive differences, median over the minutes.</param>
/// <param name="SdnnMs">Standard deviation of the intervals of one minute, median over the minutes. Not the SDNN of 24 hours.</param>
/// <param name="Minutes">Minutes that had enough accepted intervals.</param>
/// <param name="MinutesRefused">Minutes with intervals, but too few accepted.</param>
public sealed record BeatVariability(string Label, double? RmssdMs, double? SdnnMs, int Minutes, int MinutesRefused);

/// <summary>
/// RMSSD and SDNN minute by minute (Task Force 1996, Circulation 93:1043, on one minute instead of five), only where at least
/// <see cref="LeastAcceptedPercent"/> % of the minute is accepted intervals. A difference is taken only between two accepted intervals that share
/// a beat: none reaches across a gap, a refused interval or a restart.
/// </summary>
public sealed class VariabilityFinder
{
    /// <summary>Least share of accepted intervals, of their number and of the minute's time.</summary>
    public const int LeastAcceptedPercent = 80;

    // Uptime of a beat is told in whole ms and slowly pulled to the board's clock.
    private const int JoinMs = 60;
    private const int MinuteMs = 60_000;
    private readonly List<double> _rmssd = [];
    private readonly List<double> _sdnn = [];
    private readonly List<int> _accepted = [];
    private readonly List<int> _steps = [];
    private long _minute = long.MinValue;
    private long _endMs = long.MinValue / 2; // far from any first beat, and a difference to it still fits
    private int _before = -1;
    private int _all;
    private int _refused;

    /// <summary>Takes the next batch.</summary>
    public void Take(BeatRow row)
    {
        long minute = row.At.ToUnixTimeMilliseconds() / MinuteMs;
        if (minute != _minute)
        {
            EndMinute();
            _minute = minute;
        }

        if (Math.Abs(row.FirstBeatMs - _endMs) > JoinMs)
        {
            _before = -1;
        }

        long at = row.FirstBeatMs;
        for (int i = 0; i < row.IntervalsMs.Length; i++)
        {
            int interval = row.IntervalsMs[i];
            at += interval;
            _all++;
            if (!row.Accepted[i])
            {
                _before = -1;
                continue;
            }

            if (_before >= 0)
            {
                _steps.Add(interval - _before);
            }

            _accepted.Add(interval);
            _before = interval;
        }

        _endMs = at;
    }

    /// <summary>Ends; null when there was not one interval.</summary>
    public BeatVariability? Finish()
    {
        EndMinute();
        return _sdnn.Count + _refused == 0 ? null : new BeatVariability("estimate", Median(_rmssd), Median(_sdnn), _sdnn.Count, _refused);
    }

    private static double? Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        values.Sort();
        return Math.Round((values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2, 1);
    }

    private void EndMinute()
    {
        if (_all > 0)
        {
            bool enough = _accepted.Count * 100 >= _all * LeastAcceptedPercent && _accepted.Sum() * 100L >= (long)MinuteMs * LeastAcceptedPercent && _steps.Count > 1;
            if (enough)
            {
                double mean = _accepted.Average();
                _sdnn.Add(Math.Sqrt(_accepted.Sum(interval => (interval - mean) * (interval - mean)) / (_accepted.Count - 1)));
                _rmssd.Add(Math.Sqrt(_steps.Average(step => (double)step * step)));
            }
            else
            {
                _refused++;
            }
        }

        _all = 0;
        _accepted.Clear();
        _steps.Clear();
    }
}
