namespace Wearable.Training.Tests;

public class FoldsTests
{
    [Fact]
    public void No_fold_trains_on_a_speaker_it_is_scored_on()
    {
        foreach (string group in Folds.Groups.SelectMany(g => g))
        {
            Assert.False(Folds.MayTrainOn(Folds.ScoredBy(group), new Segment(group, 0, 1, 2, [])));
        }
    }

    [Fact]
    public void No_fold_trains_on_background_it_is_scored_on_not_even_behind_a_voice()
    {
        for (int fold = 0; fold < Folds.Count; fold++)
        {
            Assert.False(Folds.MayTrainOn(fold, new Segment("", 1 << fold, 0, 0, [])));
            Assert.False(Folds.MayTrainOn(fold, new Segment("tts", 1 << fold | 1 << ((fold + 1) % Folds.Count), 1, 2, [])));
        }
    }

    [Fact]
    public void Every_other_fold_trains_on_it()
    {
        for (int fold = 1; fold < Folds.Count; fold++)
        {
            Assert.True(Folds.MayTrainOn(fold, new Segment("00", 1, 1, 2, [])));
        }
    }

    [Fact]
    public void A_speaker_no_fold_leaves_out_is_refused()
    {
        Assert.Contains("speaker group 99", Assert.Throws<ArgumentException>(() => Folds.ScoredBy("99")).Message);
    }

    [Fact]
    public void The_group_is_the_start_of_the_file_name()
    {
        Assert.Equal("03", Folds.GroupOf("positive/computer/03-017.wav"));
    }
}
