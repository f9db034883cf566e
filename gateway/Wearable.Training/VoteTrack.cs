using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>What all networks of a device said of a sound, so that its vote (<see cref="WakeVote"/>) can be held at every threshold.</summary>
/// <param name="words">Words they know.</param>
public sealed class VoteTrack(int words)
{
    // A longer pause between two scores: the gate was closed.
    private const int PauseMs = 200;

    // Sums: [network][word].
    private readonly List<(int Ms, int[][] Sums)> _steps = [];

    /// <summary>Keeps the scores of one step; every juror looks.</summary>
    /// <param name="ms">When.</param>
    /// <param name="first">What the first network says.</param>
    /// <param name="jury">The others; the rows are in it.</param>
    public void Add(int ms, int[] first, WakeJury jury)
    {
        int[][] sums = new int[jury.Count + 1][];
        sums[0] = [.. first];
        for (int j = 0; j < jury.Count; j++)
        {
            while (!jury.Look(j, 0))
            {
                // a part of the look
            }

            sums[j + 1] = jury.Scores[..words];
        }

        _steps.Add((ms, sums));
    }

    /// <summary>Hits of one word at each threshold from 0 to 100; the other words are not listened for.</summary>
    /// <param name="word">The word, by its place.</param>
    public int[] Hits(int word) => [.. Enumerable.Range(0, 101).Select(threshold => Hits(word, threshold))];

    private int Hits(int word, int threshold)
    {
        int[] thresholds = new int[words];
        Array.Fill(thresholds, 1000);
        thresholds[word] = threshold;
        int jurors = _steps.Count == 0 ? 0 : _steps[0].Sums.Length - 1;
        WakeVote vote = new(thresholds, jurors);
        int[] scores = new int[(WakeJury.MostBack + 1) * words];
        int hits = 0, quietUntilMs = -1;
        for (int i = 0; i < _steps.Count; i++)
        {
            (int ms, int[][] sums) = _steps[i];
            if (ms <= quietUntilMs || (i > 0 && ms - _steps[i - 1].Ms > PauseMs))
            {
                vote.Clear();
            }

            if (ms <= quietUntilMs || !vote.Note(sums[0]))
            {
                continue;
            }

            WakeVerdict verdict = WakeVerdict.AskOn;
            for (int j = 1; verdict == WakeVerdict.AskOn; j++)
            {
                for (int back = 0; back <= vote.Back; back++)
                {
                    _steps[i - back].Sums[j].CopyTo(scores, back * words);
                }

                verdict = vote.Add(scores);
            }

            if (verdict == WakeVerdict.Word)
            {
                hits++;
                quietUntilMs = ms + WakeWordDetector.QuietMs;
            }
        }

        return hits;
    }
}
