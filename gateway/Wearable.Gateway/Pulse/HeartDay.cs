namespace Wearable.Gateway.Pulse;

/// <summary>What a day of readings says. Every number is null where nothing was measured to say it.</summary>
/// <param name="Device">The wearable.</param>
/// <param name="Date">Local day of the gateway, yyyy-MM-dd.</param>
/// <param name="MeasuredMinutes">Time with a believed rate; nothing is counted across gaps.</param>
/// <param name="LowestBpm">Lowest believed reading.</param>
/// <param name="HighestBpm">Highest believed reading.</param>
/// <param name="MeanBpm">Mean over the measured time.</param>
/// <param name="Resting">Resting rate.</param>
/// <param name="AgeYears">Age of the wearer as set; null when not.</param>
/// <param name="Zones">Time in zones; null without an age.</param>
/// <param name="Variability">Variability of the beats.</param>
/// <param name="ReEstimatedReadings">How many of the readings the gateway found anew.</param>
/// <param name="Notice">That this is no medical device.</param>
public sealed record HeartDay(
    string Device, string Date, double MeasuredMinutes, double? LowestBpm, double? HighestBpm, double? MeanBpm, RestingRate? Resting, int? AgeYears,
    IReadOnlyList<HeartZone>? Zones, BeatVariability? Variability, int ReEstimatedReadings, string Notice = HeartRow.Notice);

/// <summary>Makes the day out of rows, oldest first, each looked at once.</summary>
public static class HeartDays
{
    // Readings come every 2 to 4 s. After a longer silence one stands for its own hop of 2 s, not for the silence.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hop = TimeSpan.FromSeconds(2);

    /// <summary>Sums up.</summary>
    /// <param name="archive">Where the rows are.</param>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="day">The day.</param>
    /// <param name="zone">Whose midnights bound the day.</param>
    /// <param name="ageYears">Age of the wearer; null when not known.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<HeartDay> SumAsync(HeartArchive archive, string deviceId, DateOnly day, TimeZoneInfo zone, int? ageYears, CancellationToken cancellation = default)
    {
        (DateTimeOffset from, DateTimeOffset to) = (HeartRange.Midnight(day, zone), HeartRange.Midnight(day.AddDays(1), zone));
        Sums sums = new(ageYears);
        RestFinder rest = new();
        HeartRow? waiting = null;
        DateTimeOffset again = DateTimeOffset.MinValue;
        await foreach (HeartRow row in archive.HeartsAsync(deviceId, from, to, cancellation).ConfigureAwait(false))
        {
            if (row.ReEstimated)
            {
                again = row.At;
            }
            else if (row.State is "motion" or "lost" && row.At - again <= Hop)
            {
                // The gateway's later and better answer stands beside it and counts instead.
                continue;
            }

            rest.Take(row);
            sums.Take(waiting, row.At);
            waiting = row;
        }

        sums.Take(waiting, to);
        VariabilityFinder beats = new();
        await foreach (BeatRow row in archive.BeatsAsync(deviceId, from, to, cancellation).ConfigureAwait(false))
        {
            beats.Take(row);
        }

        return sums.Make(deviceId, day, rest.Found, beats.Finish());
    }

    private static double Round(double value) => Math.Round(value, 1);

    private sealed class Sums(int? ageYears)
    {
        private readonly HeartZone[]? _zones = ageYears is int age ? [.. HeartZones.Of(age)] : null;
        private double _minutes;
        private double _beats;
        private double? _lowest;
        private double? _highest;
        private int _again;

        public void Take(HeartRow? row, DateTimeOffset next)
        {
            // An early value while settling is for the eye, not for a day's figures.
            if (row?.RateBpm is not double rate || row.State == "settling")
            {
                return;
            }

            TimeSpan step = next - row.At;
            double minutes = (step > LongestStep ? Hop : step).TotalMinutes;
            _minutes += minutes;
            _beats += minutes * rate;
            _lowest = Math.Min(_lowest ?? rate, rate);
            _highest = Math.Max(_highest ?? rate, rate);
            _again += row.ReEstimated ? 1 : 0;
            for (int i = 0; i < _zones?.Length; i++)
            {
                if (rate >= _zones[i].FromBpm && (_zones[i].ToBpm is not double to || rate < to))
                {
                    _zones[i] = _zones[i] with { Minutes = _zones[i].Minutes + minutes };
                }
            }
        }

        public HeartDay Make(string device, DateOnly day, RestingRate? resting, BeatVariability? variability) => new(
            device, day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Round(_minutes), _lowest, _highest, _minutes > 0 ? Round(_beats / _minutes) : null,
            resting, ageYears, _zones?.Select(zone => zone with { Minutes = Round(zone.Minutes) }).ToArray(), variability, _again);
    }
}
