using Wearable.Firmware.Voice;

namespace Wearable.Simulator;

/// <summary>How close to a wake word a wearable is hearing.</summary>
/// <param name="Word">The word that is closest to its threshold.</param>
/// <param name="Score">0-100; 0 while it is too quiet to look.</param>
/// <param name="Threshold">0-100: from here on it is heard.</param>
/// <param name="Listens">True while there is sound worth looking at.</param>
/// <param name="Steps">Scores so far, 80 ms of sound each.</param>
public sealed record WakeScore(string Word, int Score, int Threshold, bool Listens, int Steps)
{
    /// <summary>Nothing was looked at yet.</summary>
    public static readonly WakeScore None = new("", 0, 0, false, -1);

    // On the device's thread; the same object while nothing is new, so that a quiet wearable makes no garbage.
    internal WakeScore Next(WakeWordDetector detector)
    {
        if (detector.ScoreCount == Steps && detector.GateOpen == Listens)
        {
            return this;
        }

        int best = 0;
        for (int i = 1; i < detector.Words.Length; i++)
        {
            if (detector.Scores[i] - detector.GetThreshold(i) > detector.Scores[best] - detector.GetThreshold(best))
            {
                best = i;
            }
        }

        return new WakeScore(detector.Words[best], detector.GateOpen ? detector.Scores[best] : 0, detector.GetThreshold(best), detector.GateOpen, detector.ScoreCount);
    }
}
