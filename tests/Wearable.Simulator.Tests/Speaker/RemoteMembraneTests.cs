using Wearable.Simulator.Speaker;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Speaker;

/// <summary>A speaker whose sound is played elsewhere: it is over when the other end says so, never before.</summary>
public class RemoteMembraneTests
{
    private readonly VirtualClock _clock = new();
    private readonly RemoteMembrane _membrane = new();
    private readonly SimulatedSpeaker _speaker;

    public RemoteMembraneTests() => _speaker = new SimulatedSpeaker(_clock, SimulatedSpeaker.RemoteBufferMs, _membrane);

    [Fact]
    public void It_plays_until_the_last_sample_was_told_however_long_that_takes()
    {
        _speaker.Write(new byte[2000], 0, 2000);
        _clock.WaitUntil(60_000);
        Assert.True(_speaker.IsPlaying);
        _membrane.Tell(999);
        Assert.True(_speaker.IsPlaying);
        _membrane.Tell(1000);
        Assert.False(_speaker.IsPlaying);
        Assert.Equal(1000, _speaker.TakePlayed().Length);
    }

    [Fact]
    public void What_is_written_goes_out_piece_by_piece()
    {
        _speaker.Write([1, 0, 2, 0, 3, 0], 2, 4);
        Assert.True(_membrane.TryTake(out short[] piece));
        Assert.Equal([2, 3], piece);
        Assert.False(_membrane.TryTake(out _));
    }

    [Fact]
    public void It_has_room_again_for_what_was_played()
    {
        int all = _speaker.WritableBytes;
        _speaker.Write(new byte[all], 0, all);
        Assert.Equal(0, _speaker.WritableBytes);
        _membrane.Tell(160);
        Assert.Equal(320, _speaker.WritableBytes);
    }

    [Fact]
    public void Dropped_sound_is_taken_back_and_the_other_end_told_to_fall_silent()
    {
        _speaker.Write(new byte[2000], 0, 2000);
        _speaker.Flush();
        Assert.False(_speaker.IsPlaying);
        Assert.True(_membrane.TryTake(out short[] piece));
        Assert.Empty(piece);
        Assert.False(_membrane.TryTake(out _));
        _membrane.Tell(200); // on its way before the other end heard of it
        _speaker.Write(new byte[200], 0, 200);
        _membrane.Tell(1099);
        Assert.True(_speaker.IsPlaying);
        _membrane.Tell(1100);
        Assert.False(_speaker.IsPlaying);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(-5)]
    public void A_count_that_cannot_be_is_not_believed(long played)
    {
        _speaker.Write(new byte[2000], 0, 2000);
        _membrane.Tell(100);
        _membrane.Tell(played);
        Assert.InRange(_membrane.PlayedSamples, 100, 1000);
        _speaker.Write(new byte[200], 0, 200);
        Assert.True(_speaker.IsPlaying);
    }
}
