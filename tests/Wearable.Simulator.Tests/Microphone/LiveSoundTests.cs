using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Microphone;

public class LiveSoundTests
{
    private const int SamplesPerMs = AudioFormat.SampleRateHz / 1000;
    private readonly LiveSound _room = new();

    [Fact]
    public void It_waits_for_80_ms_and_then_gives_every_sample_once_and_in_order()
    {
        short[] sound = Ramp(LiveSound.AheadMs * SamplesPerMs);
        _room.Push(sound.AsSpan(0, 400));
        Assert.Equal(new short[320], Take(320));
        _room.Push(sound.AsSpan(400));
        Assert.Equal(sound, (short[])[.. Take(1000), .. Take(280)]);
        Assert.True(_room.IsEmpty);
    }

    [Fact]
    public void A_late_piece_is_a_gap_of_silence_and_counted()
    {
        _room.Push(Ramp(1280));
        Assert.Equal(0, Take(1600)[1300]);
        Assert.Equal(1, _room.Gaps);
    }

    [Fact]
    public void The_end_of_the_sound_is_heard_at_once_and_is_no_gap()
    {
        _room.Push([7, 8]);
        _room.Finish();
        Assert.Equal([7, 8, 0], Take(3));
        Assert.Equal((0, true), (_room.Gaps, _room.IsEmpty));
    }

    [Fact]
    public void A_listener_that_was_held_up_catches_up_and_misses_nothing()
    {
        short[] sound = Ramp(2000 * SamplesPerMs);
        Pushed(sound, 40);
        Assert.Equal(sound, Take(sound.Length));
        Assert.Equal(0, _room.DroppedMs);
    }

    [Fact]
    public void What_a_listener_that_keeps_up_leaves_waiting_for_a_second_is_dropped()
    {
        _room.Push(new short[1000 * SamplesPerMs]); // a connection that was held up pours out
        for (int ms = 0; ms < 3000; ms += 40)
        {
            _room.Push(new short[40 * SamplesPerMs]);
            Take(40 * SamplesPerMs);
        }

        Assert.Equal(1000 - LiveSound.AheadMs, _room.DroppedMs);
        Assert.Equal(0, _room.Gaps);
    }

    [Fact]
    public void Of_too_much_the_oldest_is_dropped()
    {
        short[] sound = Ramp((LiveSound.MostMs * SamplesPerMs) + 16);
        Pushed(sound, 1);
        Assert.Equal(1, _room.DroppedMs);
        Assert.Equal(sound[16..], Take(LiveSound.MostMs * SamplesPerMs));
    }

    [Fact]
    public void A_microphone_hears_it_and_what_passes_while_it_is_off_is_never_heard()
    {
        VirtualClock clock = new();
        SimulatedMicrophone microphone = new(clock, new BackgroundNoise(1, double.NegativeInfinity), MicrophoneDma.Plain, _room);
        _room.Push(Ramp(1600));
        microphone.LetRoomPass();
        microphone.Start();
        short[] sound = Ramp(1280);
        _room.Push(sound);
        byte[] hop = new byte[RawSound.HopBytes];
        List<short> heard = [];
        for (int i = 0; i < 4; i++)
        {
            microphone.Read(hop);
            heard.AddRange(Enumerable.Range(0, AudioFormat.HopSamples).Select(n => BitConverter.ToInt16(hop, (n * RawSound.FrameBytes) + RawSound.VoiceOffset)));
        }

        Assert.Equal(sound, heard);
    }

    private void Pushed(short[] sound, int pieceMs)
    {
        foreach (short[] piece in sound.Chunk(pieceMs * SamplesPerMs))
        {
            _room.Push(piece);
        }
    }

    private short[] Take(int samples)
    {
        short[] taken = new short[samples];
        _room.Take(taken);
        return taken;
    }

    private static short[] Ramp(int samples) => [.. Enumerable.Range(1, samples).Select(i => (short)i)];
}
