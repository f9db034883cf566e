using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Telemetry;

public sealed class HeartThinningTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Few_samples_stay_as_they_are()
    {
        HeartSample[] samples = Samples(70, 71, 72);
        Assert.Same(samples, HeartThinning.Thin(samples, 3));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(43_200, 2000)]
    [InlineData(5, 1)]
    public void Every_thinned_sample_was_measured_and_order_stays(int count, int max)
    {
        HeartSample[] samples = Samples([.. Enumerable.Range(0, count).Select(i => (double?)(60 + (i % 30)))]);
        IReadOnlyList<HeartSample> thinned = HeartThinning.Thin(samples, max);
        Assert.Equal(max, thinned.Count);
        Assert.All(thinned, sample => Assert.Contains(sample, samples));
        Assert.Equal(thinned.OrderBy(sample => sample.At), thinned);
    }

    [Fact]
    public void One_wild_value_does_not_stand_for_its_neighbours() =>
        Assert.Equal([71.0], HeartThinning.Thin(Samples(70, 200, 71), 1).Select(sample => sample.RateBpm!.Value));

    [Fact]
    public void A_stretch_mostly_without_a_rate_stays_without()
    {
        IReadOnlyList<HeartSample> thinned = HeartThinning.Thin(Samples(70, 70, 70, null, null, 72), 2);
        Assert.Equal([70.0, null], thinned.Select(sample => sample.RateBpm));
    }

    private static HeartSample[] Samples(params double?[] rates) =>
        [.. rates.Select((rate, i) => new HeartSample(Start.AddSeconds(2 * i), rate, rate is null ? 0 : 90, rate is null ? "no_contact" : "ok"))];
}
