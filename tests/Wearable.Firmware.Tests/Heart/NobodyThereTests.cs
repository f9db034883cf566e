using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>The worst fault of heart rate monitors is a number with nobody there: ten minutes each of what is not a pulse.</summary>
public sealed class NobodyThereTests
{
    public static TheoryData<string, int> Everything()
    {
        TheoryData<string, int> data = [];
        foreach (string kind in new[] { "white noise", "random walk", "smoothed noise", "desk", "ambient" })
        {
            for (int seed = 1; seed <= 5; seed++)
            {
                data.Add(kind, seed);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Nothing_is_told(string kind, int seed)
    {
        PulseRig rig = new(kind switch
        {
            "desk" => new SyntheticPulse(seed) { Finger = false, EmptyCounts = 60_000, NoiseCounts = 9 },
            "ambient" => new SyntheticPulse(seed) { FingerCounts = 300_000, PerfusionPercent = 0 },
            _ => new Noise(kind, seed),
        });
        rig.Fake.AmbientCounts = kind == "ambient" ? 500_000 : 0;
        rig.Run(600);
        Assert.Equal(0, rig.Told);
        Assert.Equal(0, rig.Beats);
        Assert.DoesNotContain(HeartState.Ok, rig.States);
    }

    private sealed class Noise(string kind, int seed) : IPulseSource
    {
        private readonly Random _random = new(seed);
        private readonly double[] _last = new double[40];
        private double _walk;
        private int _at;

        public double Next()
        {
            double gauss = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            _walk += gauss * 20;
            _walk *= 0.9999;
            _last[_at++ % _last.Length] = gauss;
            return 110_000 + kind switch
            {
                "white noise" => gauss * 400,
                "random walk" => _walk,
                _ => _last.Sum() * 60,
            };
        }
    }
}
