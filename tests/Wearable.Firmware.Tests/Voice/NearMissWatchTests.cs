using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Voice;

public class NearMissWatchTests
{
    private static readonly int[] Thresholds = [60, 50];
    private readonly NearMissWatch _watch = new(2);

    [Fact]
    public void A_score_that_comes_close_and_falls_is_told_once_with_its_highest()
    {
        Assert.False(Look(56, 0));
        Assert.False(Look(58, 0));
        Assert.False(Look(57, 0));
        Assert.True(Look(20, 0));
        Assert.Equal((0, 58), (_watch.Word, _watch.Score));
        Assert.False(Look(20, 0));
    }

    [Fact]
    public void A_score_far_below_is_nothing()
    {
        Assert.False(Look(55, 45));
        Assert.False(Look(0, 0));
    }

    [Fact]
    public void What_became_a_word_is_no_near_miss()
    {
        Look(58, 0);
        Look(61, 0);
        Assert.False(Look(0, 0));
        Look(58, 0);
        _watch.Clear();
        Assert.False(Look(0, 0));
    }

    [Fact]
    public void Another_one_within_four_seconds_is_not_told()
    {
        Look(0, 46);
        Assert.True(Look(0, 0));
        Assert.Equal((1, 46), (_watch.Word, _watch.Score));
        Look(58, 0);
        Assert.False(Look(0, 0));
        for (int i = 0; i < NearMissWatch.QuietScores; i++)
        {
            Look(0, 0);
        }

        Look(58, 0);
        Assert.True(Look(0, 0));
    }

    [Fact]
    public void A_threshold_of_nought_or_the_end_of_the_sound_gives_no_endless_near_miss()
    {
        Assert.False(_watch.Look([0, 0], [0, 0]));
        Assert.False(_watch.Look([0, 0], [5, 5]));
        Assert.False(_watch.Look([0, 0], [5, 5]));
    }

    private bool Look(int first, int second) => _watch.Look([first, second], Thresholds);
}
