using Wearable.Firmware.Voice;
using Wearable.Gateway.Conversation;
using Wearable.Training;

namespace Wearable.Bench;

/// <summary>Which models hear what: one hears everything, or, cross-validated, each fold's models hear the people and the fifth of background they never learned from.</summary>
internal sealed class WakeListeners
{
    private readonly WakeEars[] _ears;

    private WakeListeners(params WakeEars[] ears) => _ears = ears;

    /// <summary>The words, thresholds and version all models have in common.</summary>
    public WakeModel Common => _ears[0].Device;

    /// <summary>What this is called in the table.</summary>
    public string Name => _ears.Length == 1 ? "model " + Common.Version : $"{_ears.Length} models, each on what it never learned from";

    /// <summary>The shipped models.</summary>
    public static WakeListeners Shipped() => new(new WakeEars(WakeModelShipped.Create(), WakeTeachers.Shipped()));

    /// <summary>The models that <c>crossvalidate --out FOLDER</c> wrote.</summary>
    /// <exception cref="IOException">One of them is not there.</exception>
    /// <exception cref="ArgumentException">One of them cannot be read.</exception>
    public static WakeListeners OfFolds(string folder) => new([.. Enumerable.Range(0, Folds.Count).Select(fold =>
    {
        string file = Path.Combine(folder, Folds.FileOf(fold));
        string[] teachers = [.. Enumerable.Range(1, 9).Select(n => Distilled.TeacherFile(file, n)).TakeWhile(File.Exists)];
        return new WakeEars(ModelFile.Read(file), new WakeTeachers([.. teachers.Select(ModelFile.Read)]));
    })]);

    /// <summary>What hears a recording.</summary>
    /// <exception cref="ArgumentException">Cross-validated, and no fold leaves its speaker group out.</exception>
    public WakeEars Of(string recording) => _ears.Length == 1 ? _ears[0] : _ears[Folds.ScoredBy(Folds.GroupOf(recording))];

    /// <summary>A stream of background, in the parts that are heard by one each.</summary>
    public IEnumerable<(WakeEars Ears, ReadOnlyMemory<float> Sound)> Parts(float[] stream) => _ears.Length == 1
        ? [(_ears[0], stream)]
        : _ears.Select((ears, fold) => (ears, (ReadOnlyMemory<float>)stream.AsMemory(Folds.PartOf(fold, stream.Length))));
}

/// <summary>What hears together.</summary>
/// <param name="Device">The device's model.</param>
/// <param name="Teachers">The gateway's.</param>
internal sealed record WakeEars(WakeModel Device, WakeTeachers Teachers);
