using Microsoft.Extensions.Time.Testing;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Time;

/// <summary>A real-time clock whose time the test owns: sleeping is what moves it, plus what the test adds.</summary>
internal sealed class ManualTime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public ManualTime()
    {
        Clock = new RealClock(_time, span =>
        {
            Sleeps.Add(span.TotalMilliseconds);
            _time.Advance(span + TimeSpan.FromMilliseconds(OversleepMs));
        });
    }

    public RealClock Clock { get; }

    public List<double> Sleeps { get; } = [];

    /// <summary>How much later than asked each sleep ends, as on a busy machine.</summary>
    public double OversleepMs { get; set; }

    public void Advance(double ms) => _time.Advance(TimeSpan.FromMilliseconds(ms));
}
