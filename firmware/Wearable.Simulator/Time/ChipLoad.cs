namespace Wearable.Simulator.Time;

/// <summary>How hard the chip worked: passes of the loop, and the time they took without waiting for the microphone.</summary>
/// <param name="Passes">Passes of the loop.</param>
/// <param name="BusyMs">Time spent computing in all of them.</param>
/// <param name="ElapsedMs">Time from first to last.</param>
/// <param name="WorstPassMs">The longest pass.</param>
/// <param name="WorstPassAtMs">When it ended, ms since boot.</param>
/// <param name="WorstPassMode">What the device was doing then.</param>
/// <param name="Overruns">Times the microphone lost sound because the loop came late.</param>
/// <param name="AnswerGaps">Times the speaker ran dry within an answer.</param>
public sealed record ChipLoad(long Passes, double BusyMs, double ElapsedMs, double WorstPassMs, double WorstPassAtMs, string WorstPassMode, int Overruns, int AnswerGaps)
{
    /// <summary>Nothing ran yet.</summary>
    public static readonly ChipLoad None = new(0, 0, 0, 0, 0, "", 0, 0);

    /// <summary>Share of the time the chip computed, percent.</summary>
    public double LoadPercent => ElapsedMs <= 0 ? 0 : 100 * BusyMs / ElapsedMs;

    /// <summary>Adds one pass.</summary>
    public ChipLoad With(double passMs, double nowMs, string mode, int overruns, int answerGaps)
    {
        bool worst = passMs > WorstPassMs;
        return new ChipLoad(
            Passes + 1, BusyMs + passMs, nowMs, Math.Max(passMs, WorstPassMs), worst ? nowMs : WorstPassAtMs, worst ? mode : WorstPassMode, overruns, answerGaps);
    }
}
