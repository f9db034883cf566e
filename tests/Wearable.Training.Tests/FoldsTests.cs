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
    public void A_leaked_speaker_is_caught()
    {
        Segment[] leaked = [new("03", 0, 1, 2, []), new("tts", 0, 1, 2, []), new("00", 0, 1, 2, [])];
        Assert.Equal("fold 0: scored on speaker group 00, which is among what it is to be trained on", Assert.Throws<InvalidOperationException>(() => Folds.ThrowIfLeaked(0, leaked)).Message);
        Folds.ThrowIfLeaked(2, leaked);
        Folds.ThrowIfLeaked(-1, leaked); // the shipped model trains on everything
    }

    [Fact]
    public void Leaked_background_is_caught_behind_a_voice_too()
    {
        Segment[] leaked = [new("", 1, 0, 0, []), new("03", 1 << 2, 1, 2, [])];
        Assert.Contains("fifth 2 of the background", Assert.Throws<InvalidOperationException>(() => Folds.ThrowIfLeaked(2, leaked)).Message);
        Folds.ThrowIfLeaked(2, leaked, seenBackground: true);
    }

    [Fact]
    public void What_a_fold_may_train_on_leaks_nothing()
    {
        Segment[] all = [.. from g in Folds.Groups.SelectMany(g => g).Append("tts").Append("") from parts in Enumerable.Range(0, 1 << Folds.Count) select new Segment(g, parts, 1, 2, [])];
        for (int fold = 0; fold < Folds.Count; fold++)
        {
            Folds.ThrowIfLeaked(fold, all.Where(s => Folds.MayTrainOn(fold, s)));
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
