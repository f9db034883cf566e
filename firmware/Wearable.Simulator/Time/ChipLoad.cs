using System.Globalization;

namespace Wearable.Simulator.Time;

/// <summary>How the loop kept up on a chip of some speed. A pass counts from the end of one wait for the microphone to the next.</summary>
public sealed record ChipLoad
{
    /// <summary>Nothing ran yet.</summary>
    public static readonly ChipLoad None = new();

    /// <summary>Passes of the loop.</summary>
    public long Passes { get; init; }

    /// <summary>Time in which the chip was busy, ms.</summary>
    public double BusyMs { get; init; }

    /// <summary>Work in IL instructions, with what library and board would cost (an estimate).</summary>
    public long Instructions { get; init; }

    /// <summary>Time since boot, ms.</summary>
    public double ElapsedMs { get; init; }

    /// <summary>The longest pass, ms.</summary>
    public double WorstPassMs { get; init; }

    /// <summary>When it ended, ms since boot.</summary>
    public double WorstPassAtMs { get; init; }

    /// <summary>What the device was doing then: its mode.</summary>
    public string WorstPassMode { get; init; } = "";

    /// <summary>The longest step of that pass and its share: <c>Hear 31 ms</c>.</summary>
    public string WorstPassStep { get; init; } = "";

    /// <summary>The busiest second, percent.</summary>
    public double WorstSecondPercent { get; init; }

    /// <summary>Times the microphone lost sound because the loop came late.</summary>
    public int Overruns { get; init; }

    /// <summary>Sound lost by that, ms.</summary>
    public double LostMs { get; init; }

    /// <summary>Times the speaker ran dry within an answer.</summary>
    public int AnswerGaps { get; init; }

    /// <summary>Silence that was heard by that, ms.</summary>
    public double GapMs { get; init; }

    /// <summary>From the last voiced sample of a wake word said by itself to the handing over of <c>evt/wake</c>, ms, one for each word.</summary>
    public IReadOnlyList<double> WakeDelaysMs { get; init; } = [];

    /// <summary>Busy time of each step of the pass: its share of all time, percent, and its longest, ms.</summary>
    public IReadOnlyDictionary<string, StepLoad> Steps { get; init; } = new Dictionary<string, StepLoad>();

    /// <summary>Share of the time the chip was busy, percent.</summary>
    public double LoadPercent => ElapsedMs <= 0 ? 0 : 100 * BusyMs / ElapsedMs;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string wakes = WakeDelaysMs.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", word end to evt/wake {WakeDelaysMs[^1]:0} ms");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Passes} passes, load {LoadPercent:0} % (busiest second {WorstSecondPercent:0} %), worst pass {WorstPassMs:0.0} ms (while {WorstPassMode}, at {WorstPassAtMs / 1000:0.0} s, most of it {WorstPassStep}), microphone overruns {Overruns} ({LostMs:0} ms lost), answer gaps {AnswerGaps} ({GapMs:0} ms){wakes}");
    }
}

/// <summary>What one step of the pass took.</summary>
/// <param name="Percent">Share of all time.</param>
/// <param name="WorstMs">Its longest.</param>
public sealed record StepLoad(double Percent, double WorstMs);
