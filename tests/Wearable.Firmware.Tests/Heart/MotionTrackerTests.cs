using Wearable.Firmware.Heart;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>The tracker follows the pulse, not the stride; the transform under it is right and never overflows.</summary>
public sealed class MotionTrackerTests
{
    private const double Rate = MotionTracker.RateDeciHz / 10.0;

    private readonly MotionTracker _tracker = new(0, false);
    private readonly Random _random = new(5);
    private int _n;

    [Theory]
    [InlineData(50)]
    [InlineData(75)]
    [InlineData(120)]
    [InlineData(180)]
    public void A_still_wrist_gives_its_rate(int bpm)
    {
        Wear(60, bpm, strideBpm: 0, motionMilliG: 0);
        Assert.InRange(_tracker.RateBpmX10, (bpm * 10) - 12, (bpm * 10) + 12);
        Assert.InRange(_tracker.MotionMilliG, 0, 10);
    }

    [Fact]
    public void A_stride_four_times_stronger_than_the_pulse_is_not_taken_for_it()
    {
        Wear(30, 90, strideBpm: 0, motionMilliG: 0);
        Wear(60, 90, strideBpm: 150, motionMilliG: 400, strideInLight: 4);
        Assert.InRange(_tracker.RateBpmX10, 880, 920);
        Assert.InRange(_tracker.MotionMilliG, 250, 450);
    }

    [Fact]
    public void Without_the_accelerometer_the_same_stride_wins()
    {
        Wear(60, 90, strideBpm: 150, motionMilliG: 0, strideInLight: 4);
        Assert.InRange(_tracker.RateBpmX10, 1480, 1520);
    }

    [Fact]
    public void The_rate_is_followed_as_it_rises()
    {
        for (int bpm = 80; bpm <= 150; bpm += 2)
        {
            Wear(3, bpm, strideBpm: 170, motionMilliG: 400, strideInLight: 2);
        }

        Wear(8, 150, strideBpm: 170, motionMilliG: 400, strideInLight: 2);
        Assert.InRange(_tracker.RateBpmX10, 1450, 1550);
    }

    [Fact]
    public void Look_back_answers_for_an_earlier_window()
    {
        MotionTracker late = new(5, false);
        List<int> online = [];
        List<int> answers = [];
        for (int i = 0; i < 1000; i++)
        {
            int light = (int)(100_000 + (500 * Math.Sin(2 * Math.PI * (70 + (i * 0.04)) / 60 * i / Rate)));
            Judge(_tracker, light, online);
            Judge(late, light, answers);
        }

        // The rate of window n stands in the late tracker's answer n + 5.
        Assert.Equal(online.Count, answers.Count);
        for (int n = 5; n < online.Count - 5; n++)
        {
            Assert.InRange(answers[n + 5] - online[n], -30, 30);
        }
    }

    [Fact]
    public void Reset_forgets_the_path()
    {
        Wear(60, 80, 0, 0);
        _tracker.Reset();
        Assert.Equal(0, _tracker.RateBpmX10);
        Wear(10, 160, 0, 0);
        Assert.InRange(_tracker.RateBpmX10, 1580, 1620);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(262_143)]
    public void Extremes_of_all_signals_do_not_break_it(int low)
    {
        for (int i = 0; i < 2000; i++)
        {
            int light = _random.Next(2) == 0 ? low : 262_143 - low;
            if (_tracker.Push(light, low, _random.Next(-16_000, 16_000), 16_000, -16_000))
            {
                while (!_tracker.Step())
                {
                }

                Assert.InRange(_tracker.RateBpmX10, 400, 1950);
                Assert.InRange(_tracker.PeakMilli, 0, 1000);
            }
        }
    }

    [Fact]
    public void Look_back_outside_its_range_is_refused() =>
        Assert.Contains("0 to 30 expected, got 31", Assert.Throws<ArgumentOutOfRangeException>(() => new MotionTracker(31, false)).Message);

    [Fact]
    public void Two_spectra_from_one_transform_agree_with_the_plain_sum()
    {
        RealPairFft fft = new();
        double[] a = new double[RealPairFft.Samples];
        double[] b = new double[RealPairFft.Samples];
        for (int n = 0; n < a.Length; n++)
        {
            fft.First[n] = _random.Next(-1700, 1700);
            fft.Second[n] = _random.Next(-1700, 1700);
            a[n] = fft.First[n];
            b[n] = fft.Second[n];
        }

        fft.Begin();
        fft.End();
        int[] first = new int[127];
        int[] second = new int[127];
        fft.Magnitudes(1, 127, first, second);
        for (int k = 1; k <= 127; k++)
        {
            // The parts of one signal come doubled; 3 % of the approximated magnitude and the rounding of eight stages.
            double wantA = 2 * Plain(a, k);
            double wantB = 2 * Plain(b, k);
            Assert.InRange(first[k - 1], (wantA * 0.96) - 60, (wantA * 1.04) + 60);
            Assert.InRange(second[k - 1], (wantB * 0.96) - 60, (wantB * 1.04) + 60);
        }
    }

    private static double Plain(double[] x, int bin)
    {
        double re = 0;
        double im = 0;
        for (int n = 0; n < x.Length; n++)
        {
            re += x[n] * Math.Cos(2 * Math.PI * bin * n / RealPairFft.Points);
            im += x[n] * Math.Sin(2 * Math.PI * bin * n / RealPairFft.Points);
        }

        return Math.Sqrt((re * re) + (im * im));
    }

    private static void Judge(MotionTracker tracker, int light, List<int> rates)
    {
        if (!tracker.Push(light, light, 0, 0, 0))
        {
            return;
        }

        while (!tracker.Step())
        {
        }

        rates.Add(tracker.RateBpmX10);
    }

    private void Wear(double seconds, double bpm, double strideBpm, int motionMilliG, double strideInLight = 0)
    {
        for (int i = 0; i < seconds * Rate; i++)
        {
            double t = _n++ / Rate;
            double stride = Math.Sin(2 * Math.PI * strideBpm / 60 * t);
            double pulse = Math.Sin(2 * Math.PI * bpm / 60 * t);
            double light = 100_000 + (300 * pulse) + (300 * strideInLight * stride) + _random.Next(-60, 60);
            double other = 90_000 + (200 * pulse) + (260 * strideInLight * stride) + _random.Next(-60, 60);
            int x = (int)(motionMilliG * stride) + _random.Next(-3, 4);
            if (_tracker.Push((int)light, (int)other, x, (x / 2) + _random.Next(-3, 4), 1000 + _random.Next(-3, 4)))
            {
                while (!_tracker.Step())
                {
                }
            }
        }
    }
}
