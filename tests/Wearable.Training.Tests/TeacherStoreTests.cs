namespace Wearable.Training.Tests;

public sealed class TeacherStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    [Fact]
    public void A_kept_teacher_is_not_trained_again_and_hears_the_same()
    {
        FloatNet made = new(Trainer.Batch, Trainer.WindowRows, new Random(7), 2);
        made.Stages[2].RunningMean[3] = 0.25f;
        FloatNet first = Store("seed 1").Get("fold0-teacher-1", () => made);
        FloatNet again = Store("seed 1").Get("fold0-teacher-1", () => throw new InvalidOperationException("trained again"));
        Assert.Same(made, first);
        sbyte[] rows = [.. Enumerable.Range(0, Trainer.WindowRows * 16).Select(i => (sbyte)(i % 100))];
        made.Set(0, rows);
        again.Set(0, rows);
        made.Forward(false);
        again.Forward(false);
        Assert.Equal(made.Score, again.Score);
    }

    [Fact]
    public void A_teacher_of_another_seed_or_another_bank_is_refused_by_name()
    {
        Store("seed 1").Get("fold0-teacher-1", () => new FloatNet(Trainer.Batch, Trainer.WindowRows, new Random(7), 1));
        foreach (TeacherStore other in (TeacherStore[])[Store("seed 2"), Store("seed 1", 5)])
        {
            InvalidDataException refused = Assert.Throws<InvalidDataException>(() => other.Get("fold0-teacher-1", () => throw new InvalidOperationException()));
            Assert.Contains("fold0-teacher-1.net: made from", refused.Message, StringComparison.Ordinal);
            Assert.Contains("seed 1", refused.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Delete(true);

    private TeacherStore Store(string settings, sbyte row = 1) => new(_folder.FullName, [new Segment("00", 0, 1, 2, [row])], settings);
}
