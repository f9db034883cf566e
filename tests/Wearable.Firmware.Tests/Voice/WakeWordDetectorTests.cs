using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Voice;

public class WakeWordDetectorTests
{
    private readonly WakeWordDetector _detector = new(WakeModelShipped.Create());
    private readonly HopRing _ring = new(50);

    [Fact]
    public void Digital_silence_opens_nothing()
    {
        Assert.Equal(0, Hits(new short[20 * 16000]));
        Assert.False(_detector.GateOpen);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    [InlineData(6000)]
    public void Steady_noise_is_not_a_word(int size)
    {
        Random random = new(1);
        Assert.Equal(0, Hits(Sound(60, _ => random.Next(-size, size + 1))));
    }

    [Fact]
    public void Clicks_are_not_a_word()
    {
        Random random = new(2);
        short[] sound = Sound(60, _ => random.Next(-20, 21));
        for (int at = 16000; at + 40 < sound.Length; at += 5000 + random.Next(20000))
        {
            for (int i = 0; i < 40; i++)
            {
                sound[at + i] = (short)((i % 4 < 2 ? 1 : -1) * (20000 - 500 * i));
            }
        }

        Assert.Equal(0, Hits(sound));
    }

    [Theory]
    [InlineData(110)]
    [InlineData(440)]
    [InlineData(1000)]
    [InlineData(3100)]
    public void Interrupted_tones_are_not_a_word(int hz)
    {
        Assert.Equal(0, Hits(Sound(60, i => i / 8000 % 2 == 0 ? (int)(9000 * Math.Sin(2 * Math.PI * hz * i / 16000.0)) : i * 7919 % 41 - 20)));
    }

    [Fact]
    public void The_gate_opens_for_sound_above_the_background_and_closes_after_it()
    {
        Random random = new(3);
        Hits(Sound(5, _ => random.Next(-30, 31)));
        Assert.False(_detector.GateOpen);
        Hits(Sound(1, i => (int)(3000 * Math.Sin(i * 0.2))));
        Assert.True(_detector.GateOpen);
        Hits(Sound(2, _ => random.Next(-30, 31)));
        Assert.False(_detector.GateOpen);
    }

    [Fact]
    public void Sound_in_the_other_channel_is_not_heard()
    {
        byte[] hop = new byte[RawSound.HopBytes];
        Random random = new(4);
        for (int n = 0; n < 500; n++)
        {
            random.NextBytes(hop);
            for (int o = RawSound.VoiceOffset; o < hop.Length; o += RawSound.FrameBytes)
            {
                hop[o] = 0;
                hop[o + 1] = 0;
            }

            _ring.Push(hop);
            Assert.False(_detector.Hear(_ring));
            Assert.False(_detector.GateOpen);
        }
    }

    [Fact]
    public void A_threshold_is_set_by_word_and_refused_for_another()
    {
        Assert.True(_detector.SetThreshold("computer", 77));
        Assert.Equal(77, _detector.GetThreshold(0));
        Assert.False(_detector.SetThreshold("toaster", 50));
        Assert.Throws<ArgumentException>(() => _detector.SetThreshold("computer", 101));
    }

    [Fact]
    public void With_threshold_nought_anything_loud_is_reported_once_per_quiet_time_with_its_level()
    {
        _detector.SetThreshold("computer", 0);
        Assert.Equal(0, Hits(new short[16000]));
        Random random = new(5);
        int hits = Hits(Sound(3, _ => random.Next(-8000, 8001)));
        Assert.InRange(hits, 2, 4);
        Assert.Equal("computer", _detector.Detection.Word);
        Assert.InRange(_detector.Detection.LevelDb, -20, -12);
        Assert.InRange(_detector.Detection.BeganMsAgo, 20, 1600);
    }

    [Fact]
    public void After_a_reset_the_same_sound_gives_the_same_scores()
    {
        Random random = new(6);
        short[] sound = Sound(4, i => (int)((i / 4000 % 2) * random.Next(-5000, 5001)));
        _detector.Reset();
        Hits(sound);
        int first = _detector.Scores[0];
        WakeWordDetector other = new(WakeModelShipped.Create());
        HitsOf(other, new HopRing(WakeWordDetector.PastHops + 1), sound);
        Assert.Equal(first, other.Scores[0]);
    }

    [Fact]
    public void A_model_with_a_missing_weight_is_refused_by_name()
    {
        WakeModel model = WakeModelShipped.Create();
        model.HeadWeights = new sbyte[23];
        ArgumentException error = Assert.Throws<ArgumentException>(() => new WakeWordDetector(model));
        Assert.Contains("head weights: 48 expected, got 23", error.Message);
    }

    private static short[] Sound(int seconds, Func<int, int> sample)
    {
        short[] x = new short[seconds * AudioFormat.SampleRateHz];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (short)sample(i);
        }

        return x;
    }

    private int Hits(short[] sound) => HitsOf(_detector, _ring, sound);

    private static int HitsOf(WakeWordDetector detector, HopRing ring, short[] sound)
    {
        byte[] hop = new byte[RawSound.HopBytes];
        int hits = 0;
        for (int at = 0; at + AudioFormat.HopSamples <= sound.Length; at += AudioFormat.HopSamples)
        {
            for (int i = 0; i < AudioFormat.HopSamples; i++)
            {
                int o = i * RawSound.FrameBytes + RawSound.VoiceOffset;
                hop[o] = (byte)sound[at + i];
                hop[o + 1] = (byte)(sound[at + i] >> 8);
            }

            ring.Push(hop);
            hits += detector.Hear(ring) ? 1 : 0;
        }

        return hits;
    }
}
