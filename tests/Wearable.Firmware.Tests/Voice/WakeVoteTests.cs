using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Voice;

/// <summary>When the jury is asked and what its mean says. Two jurors, one word, threshold 60.</summary>
public class WakeVoteTests
{
    private readonly WakeVote _vote = new([60], 2);

    [Theory]
    [InlineData(57, false)]
    [InlineData(58, true)]
    [InlineData(90, true)]
    public void A_score_near_the_threshold_is_asked_about_at_once(int points, bool asks) => Assert.Equal(asks, _vote.Note([Sum(points)]));

    [Fact]
    public void The_mean_of_all_decides()
    {
        _vote.Note([Sum(58)]);
        Assert.Equal(WakeVerdict.AskOn, _vote.Add(Said(60)));
        Assert.Equal(WakeVerdict.Word, _vote.Add(Said(63)));
        Assert.Equal((0, 60), (_vote.Word, _vote.Score));
    }

    [Fact]
    public void A_mean_below_the_threshold_is_no_word()
    {
        _vote.Note([Sum(66)]);
        Assert.Equal(WakeVerdict.AskOn, _vote.Add(Said(58)));
        Assert.Equal(WakeVerdict.No, _vote.Add(Said(52)));
    }

    [Fact]
    public void Where_the_first_juror_hears_nothing_the_second_is_not_asked()
    {
        _vote.Note([Sum(62)]);
        Assert.Equal(WakeVerdict.No, _vote.Add(Said(40)));
    }

    [Fact]
    public void Who_asked_asks_again_three_scores_later_about_what_came_in_between()
    {
        WakeVote vote = new([60], 1);
        Assert.True(vote.Note([Sum(59)]));
        Assert.Equal(WakeVerdict.No, vote.Add(Said(50)));
        Assert.False(vote.Note([Sum(61)]));
        Assert.False(vote.Note([Sum(30)]));
        Assert.True(vote.Note([Sum(20)]));
        Assert.Equal(2, vote.Back);
        Assert.Equal(WakeVerdict.Word, vote.Add(Said(20, 20, 62)));
    }

    [Fact]
    public void What_the_first_network_does_not_hear_the_other_can_not_make_a_word()
    {
        WakeVote vote = new([60], 1);
        vote.Note([Sum(59)]);
        vote.Add(Said(30));
        vote.Note([Sum(20)]);
        vote.Note([Sum(20)]);
        Assert.False(vote.Note([Sum(20)]));
    }

    [Fact]
    public void A_third_time_is_dearer()
    {
        WakeVote vote = new([60], 1);
        int asked = 0;
        for (int i = 0; i < 12; i++)
        {
            if (vote.Note([Sum(70)]))
            {
                vote.Add(Said(0));
                asked++;
            }
        }

        Assert.Equal(3, asked); // at once, after three scores, after eight more
    }

    private static int Sum(int points) => (((points - 50) << 9) + 4) / 5;

    private static int[] Said(params int[] points) => [.. Enumerable.Range(0, WakeJury.MostBack + 1).Select(i => i < points.Length ? Sum(points[i]) : Sum(0))];
}
