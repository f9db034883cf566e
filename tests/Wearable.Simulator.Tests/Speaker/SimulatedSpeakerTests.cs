using Wearable.Simulator.Speaker;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Speaker;

public class SimulatedSpeakerTests
{
    private readonly VirtualClock _clock = new();
    private readonly SimulatedSpeaker _speaker;

    public SimulatedSpeakerTests()
    {
        _speaker = new SimulatedSpeaker(_clock);
    }

    [Fact]
    public void It_plays_exactly_as_long_as_the_sound_lasts()
    {
        Assert.False(_speaker.IsPlaying);
        _speaker.Write(Sound(960), 0, 1920);
        Assert.True(_speaker.IsPlaying);
        _clock.WaitUntil(59.9);
        Assert.True(_speaker.IsPlaying);
        _clock.WaitUntil(60);
        Assert.False(_speaker.IsPlaying);
        Assert.Equal(Samples(960), _speaker.TakePlayed());
    }

    [Fact]
    public void Only_what_has_left_the_membrane_counts_as_played()
    {
        _speaker.Write(Sound(960), 0, 1920);
        _clock.WaitUntil(10);
        Assert.Equal(Samples(160), _speaker.TakePlayed());
        _clock.WaitUntil(20);
        Assert.Equal(Samples(320)[160..], _speaker.TakePlayed());
    }

    [Fact]
    public void The_buffer_holds_300_ms_and_drains_by_the_clock()
    {
        Assert.Equal(9600, _speaker.WritableBytes);
        _speaker.Write(new byte[9600], 0, 9600);
        Assert.Equal(0, _speaker.WritableBytes);
        _clock.WaitUntil(20);
        Assert.Equal(640, _speaker.WritableBytes);
    }

    [Fact]
    public void Writing_more_than_fits_blocks_until_it_has_room()
    {
        _speaker.Write(Sound(16000), 0, 32000);
        Assert.InRange(_clock.NowMs, 700, 731);
        _clock.WaitUntil(1000);
        Assert.False(_speaker.IsPlaying);
        Assert.Equal(Samples(16000), _speaker.TakePlayed());
    }

    [Fact]
    public void Sound_written_in_time_continues_without_a_seam_and_begins_once()
    {
        List<double> began = [];
        List<double> ended = [];
        _speaker.Began += began.Add;
        _speaker.Ended += ended.Add;
        _clock.WaitUntil(5);
        _speaker.Write(Sound(960), 0, 1920);
        _clock.WaitUntil(64);
        _speaker.Write(Sound(960), 0, 1920);
        _clock.WaitUntil(200);
        Assert.False(_speaker.IsPlaying);
        Assert.Equal([5.0], began);
        Assert.Equal([125.0], ended);
    }

    [Fact]
    public void Sound_written_late_begins_anew()
    {
        List<double> began = [];
        List<double> ended = [];
        _speaker.Began += began.Add;
        _speaker.Ended += ended.Add;
        _speaker.Write(Sound(160), 0, 320);
        _clock.WaitUntil(50);
        _speaker.Write(Sound(160), 0, 320);
        _clock.WaitUntil(80);
        Assert.False(_speaker.IsPlaying);
        Assert.Equal([0.0, 50.0], began);
        Assert.Equal([10.0, 60.0], ended);
    }

    [Fact]
    public void Flush_drops_what_was_not_played_yet()
    {
        List<double> ended = [];
        _speaker.Ended += ended.Add;
        _speaker.Write(Sound(960), 0, 1920);
        _clock.WaitUntil(10);
        _speaker.Flush();
        Assert.False(_speaker.IsPlaying);
        Assert.Equal(160, _speaker.TakePlayed().Length);
        Assert.Equal([10.0], ended);
        _speaker.Flush();
        Assert.Single(ended);
    }

    [Fact]
    public void Half_a_sample_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _speaker.Write(new byte[4], 0, 3));
        Assert.Throws<ArgumentException>(() => _speaker.Write(new byte[4], 2, 4));
    }

    private static short[] Samples(int count) => Enumerable.Range(1, count).Select(i => (short)i).ToArray();

    private static byte[] Sound(int count) => Samples(count).SelectMany(BitConverter.GetBytes).ToArray();
}
