namespace Wearable.Training;

/// <summary>
/// The split for cross-validation: a fold leaves out whole speaker groups and one contiguous fifth of every background stream.
/// </summary>
public static class Folds
{
    /// <summary>Speaker groups each fold leaves out; together all groups.</summary>
    public static readonly string[][] Groups = [["00"], ["03"], ["m"], ["02", "12", "15"], ["09", "10"]];

    /// <summary>Folds, and fifths of background.</summary>
    public static int Count => Groups.Length;

    /// <summary>True when a training run for this fold may see the segment (fold -1: the shipped model, everything).</summary>
    /// <param name="fold">The fold.</param>
    /// <param name="segment">What is to be trained on.</param>
    /// <param name="seenBackground">Only speakers are left out. Easier than life: the model knows every sound it is then scored on for false alarms.</param>
    public static bool MayTrainOn(int fold, Segment segment, bool seenBackground = false) =>
        fold < 0 || (!Groups[fold].Contains(segment.Group) && (seenBackground || (segment.Parts >> fold & 1) == 0));

    /// <summary>Refuses to train on what the fold is scored on: looks at what was really picked, whoever picked it.</summary>
    /// <param name="fold">The fold; -1 is scored on nothing.</param>
    /// <param name="picked">All that is to be trained on.</param>
    /// <param name="seenBackground">See <see cref="MayTrainOn"/>.</param>
    /// <exception cref="InvalidOperationException">Names the first speaker group, or the fifth of background, that is on both sides.</exception>
    public static void ThrowIfLeaked(int fold, IEnumerable<Segment> picked, bool seenBackground = false)
    {
        foreach (Segment s in fold < 0 ? [] : picked)
        {
            if (Array.Exists(Groups[fold], g => g == s.Group))
            {
                throw new InvalidOperationException($"fold {fold}: scored on speaker group {s.Group}, which is among what it is to be trained on");
            }

            if (!seenBackground && (s.Parts & (1 << fold)) != 0)
            {
                throw new InvalidOperationException($"fold {fold}: scored on fifth {fold} of the background, which is among what it is to be trained on{(s.Group.Length > 0 ? $" (behind a voice of group {s.Group})" : "")}");
            }
        }
    }

    /// <summary>The fold that scores a group.</summary>
    /// <exception cref="ArgumentException">No fold leaves this group out.</exception>
    public static int ScoredBy(string group)
    {
        int fold = Array.FindIndex(Groups, g => g.Contains(group));
        return fold >= 0 ? fold : throw new ArgumentException($"speaker group {group}: not in any fold");
    }

    /// <summary>The part of a background stream that a fold leaves out.</summary>
    /// <param name="fold">The fold.</param>
    /// <param name="length">Samples of the whole stream.</param>
    public static Range PartOf(int fold, int length) => (int)((long)length * fold / Count)..(int)((long)length * (fold + 1) / Count);

    /// <summary>Name of the file with a fold's model.</summary>
    public static string FileOf(int fold) => $"fold-{fold}.model";

    /// <summary>Speaker group of a recording, the start of its file name.</summary>
    public static string GroupOf(string path) => Path.GetFileNameWithoutExtension(path).Split('-')[0];
}
