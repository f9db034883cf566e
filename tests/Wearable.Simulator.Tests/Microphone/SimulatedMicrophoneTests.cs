using System.Buffers.Binary;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Tests.Time;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Microphone;

public class SimulatedMicrophoneTests
{
    private static readonly BackgroundNoise Silence = new(0, double.NegativeInfinity);

    [Fact]
    public void Every_sample_is_noise_plus_voice_in_the_voice_channel_and_the_other_channel_is_empty()
    {
        SimulatedMicrophone microphone = new(new VirtualClock(), new BackgroundNoise(7, -40));
        BackgroundNoise same = new(7, -40);
        short[] voice = Ramp(500);
        Task said = microphone.SayAsync(voice);
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        for (int at = 0; at < 3 * AudioFormat.HopSamples;)
        {
            microphone.Read(hop);
            for (int i = 0; i < AudioFormat.HopSamples; i++, at++)
            {
                int expected = same.Next() + (at < voice.Length ? voice[at] : 0);
                Assert.Equal(expected, Sample(hop, i, RawSound.MicrophoneChannel));
                Assert.Equal(0, Sample(hop, i, 1 - RawSound.MicrophoneChannel));
            }
        }

        Assert.True(said.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_sum_over_full_scale_is_cut_not_wrapped()
    {
        SimulatedMicrophone microphone = new(new VirtualClock(), new BackgroundNoise(1, -12));
        microphone.SayAsync(Enumerable.Repeat(short.MaxValue, AudioFormat.HopSamples).ToArray());
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        int[] samples = Samples(hop);
        Assert.Contains(samples, sample => sample == short.MaxValue);
        Assert.DoesNotContain(samples, sample => sample < 0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_sound_and_another_seed_another()
    {
        Assert.Equal(FirstHop(seed: 3), FirstHop(seed: 3));
        Assert.NotEqual(FirstHop(seed: 3), FirstHop(seed: 4));
    }

    [Theory]
    [InlineData(-65)]
    [InlineData(-30)]
    public void Noise_has_the_level_asked_for(double levelDb)
    {
        BackgroundNoise noise = new(5, levelDb);
        double sum = 0;
        const int Count = 160_000;
        for (int i = 0; i < Count; i++)
        {
            int sample = noise.Next();
            sum += (double)sample * sample;
        }

        Assert.InRange(20 * Math.Log10(Math.Sqrt(sum / Count) / 32768), levelDb - 0.2, levelDb + 0.2);
    }

    [Fact]
    public void Noise_that_would_clip_by_itself_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BackgroundNoise(1, -3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BackgroundNoise(1, double.NaN));
    }

    [Fact]
    public void Utterances_follow_each_other_and_each_tells_when_it_was_captured()
    {
        SimulatedMicrophone microphone = new(new VirtualClock(), Silence);
        Task first = microphone.SayAsync(Ramp(400));
        Task second = microphone.SayAsync(Ramp(10));
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        Assert.False(first.IsCompleted);
        microphone.Read(hop);
        Assert.True(first.IsCompletedSuccessfully);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal(Ramp(10), Samples(hop).Skip(80).Take(10).Select(sample => (short)sample));
    }

    [Fact]
    public void The_end_of_voice_is_told_to_the_sample_and_leaves_out_trailing_silence()
    {
        SimulatedMicrophone microphone = new(new VirtualClock(), Silence);
        List<double> ends = [];
        microphone.VoiceEnded += ends.Add;
        short[] voice = new short[16000];
        for (int i = 0; i < 4800; i++)
        {
            voice[i] = (short)(i % 2 == 0 ? 8000 : -8000);
        }

        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        microphone.SayAsync(voice);
        for (int i = 0; i < 50; i++)
        {
            microphone.Read(hop);
        }

        Assert.Equal([20 + 300.0], ends);
    }

    [Fact]
    public void Reads_keep_an_absolute_schedule_however_late_each_sleep_ends()
    {
        ManualTime time = new() { OversleepMs = 3.7 };
        SimulatedMicrophone microphone = new(time.Clock, Silence);
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        for (int k = 1; k <= 500; k++)
        {
            microphone.Read(hop);
            Assert.InRange(time.Clock.NowMs, k * 20, (k * 20) + 4.8);
        }

        Assert.Equal(0, microphone.Overruns);
    }

    [Fact]
    public void A_loop_late_by_less_than_the_dma_buffer_loses_nothing_and_catches_up()
    {
        ManualTime time = new();
        SimulatedMicrophone microphone = new(time.Clock, Silence);
        short[] voice = Ramp(16 * AudioFormat.HopSamples);
        microphone.SayAsync(voice);
        microphone.Start();
        time.Advance(20 + 300);
        byte[] hop = new byte[RawSound.HopBytes];
        List<short> heard = [];
        for (int i = 0; i < 16; i++)
        {
            microphone.Read(hop);
            heard.AddRange(Samples(hop).Select(sample => (short)sample));
        }

        Assert.Equal(voice, heard);
        Assert.Empty(time.Sleeps);
        Assert.Equal(0, microphone.Overruns);
    }

    [Fact]
    public void A_loop_later_than_that_loses_the_oldest_sound_and_it_is_counted()
    {
        ManualTime time = new();
        SimulatedMicrophone microphone = new(time.Clock, Silence);
        microphone.SayAsync(Ramp(4 * AudioFormat.HopSamples));
        microphone.Start();
        time.Advance(20 + 300 + 60);
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        Assert.Equal(1, microphone.Overruns);
        Assert.Equal(Ramp(4 * AudioFormat.HopSamples)[(3 * AudioFormat.HopSamples)..], Samples(hop).Select(sample => (short)sample));
    }

    [Fact]
    public void What_is_said_while_the_microphone_is_off_is_never_heard()
    {
        VirtualClock clock = new();
        SimulatedMicrophone microphone = new(clock, Silence);
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        microphone.Stop();
        Task said = microphone.SayAsync(Ramp(800));
        clock.Sleep(40);
        microphone.LetRoomPass();
        Assert.False(said.IsCompleted);
        clock.Sleep(10);
        microphone.LetRoomPass();
        Assert.True(said.IsCompletedSuccessfully);
        microphone.Start();
        microphone.Read(hop);
        Assert.All(Samples(hop), sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void Reading_while_off_or_into_a_wrong_buffer_is_a_broken_rule()
    {
        SimulatedMicrophone microphone = new(new VirtualClock(), Silence);
        Assert.Throws<InvalidOperationException>(() => microphone.Read(new byte[RawSound.HopBytes]));
        microphone.Start();
        Assert.Throws<ArgumentException>(() => microphone.Read(new byte[640]));
        microphone.Stop();
        Assert.Throws<InvalidOperationException>(() => microphone.Read(new byte[RawSound.HopBytes]));
    }

    private static short[] Ramp(int count) => Enumerable.Range(1, count).Select(i => (short)i).ToArray();

    private static byte[] FirstHop(int seed)
    {
        SimulatedMicrophone microphone = new(new VirtualClock(), new BackgroundNoise(seed, -50));
        microphone.Start();
        byte[] hop = new byte[RawSound.HopBytes];
        microphone.Read(hop);
        return hop;
    }

    private static int[] Samples(byte[] hop) =>
        Enumerable.Range(0, AudioFormat.HopSamples).Select(i => (int)Sample(hop, i, RawSound.MicrophoneChannel)).ToArray();

    private static short Sample(byte[] hop, int frame, int channel) =>
        BinaryPrimitives.ReadInt16LittleEndian(hop.AsSpan((frame * RawSound.FrameBytes) + (channel * AudioFormat.SampleBytes)));
}
