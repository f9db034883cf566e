using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Speech;

public class SpeechTrimTests
{
    [Fact]
    public void Silence_around_the_sound_is_cut_but_for_a_little()
    {
        var sound = new short[16000];
        sound.AsSpan(4000, 8000).Fill(10000);
        float[] trimmed = SpeechTrim.Trim(sound, 10, 90);
        Assert.Equal(8000 + (10 + 90) * 16, trimmed.Length);
        Assert.Equal((0f, 10000 / 32768f), (trimmed[159], trimmed[160]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(5000)]
    public void Even_sound_stays_whole(short level)
    {
        var sound = new short[800];
        sound.AsSpan().Fill(level);
        Assert.Equal(800, SpeechTrim.Trim(sound, 10, 90).Length);
    }

    [Fact]
    public void Nothing_stays_nothing() => Assert.Empty(SpeechTrim.Trim([], 10, 90));

    [Fact]
    public void Nothing_stretched_stays_nothing() => Assert.Empty(SpeechTrim.Stretch([], 1.08));

    [Fact]
    public void Loudest_negative_sample_is_no_overflow() => Assert.Equal(3, SpeechTrim.Trim([short.MinValue, 1, short.MinValue], 0, 0).Length);

    [Fact]
    public void Stretched_sound_is_longer_and_of_the_same_shape()
    {
        float[] ramp = [.. Enumerable.Range(0, 1000).Select(i => i / 1000f)];
        float[] slower = SpeechTrim.Stretch(ramp, 1.08);
        Assert.Equal(1080, slower.Length);
        Assert.Equal(0.5f, slower[540], 3);
    }
}
