namespace Wearable.Workloads;

/// <summary>What one row may cost.</summary>
/// <param name="Name">A workload.</param>
/// <param name="MaxPerSecond">IL instructions per second of signal, mean.</param>
/// <param name="MaxAllocationsPerSecond">Allocations: what messages cost, nearly all of them 12 bytes for a field's name; per hop or sample there are none.</param>
public sealed record BudgetRow(string Name, long MaxPerSecond, double MaxAllocationsPerSecond)
{
    /// <summary>What is wrong with a cost, in one sentence; null when all is well.</summary>
    public string? Complaint(WorkloadCost cost)
    {
        if (cost.PerSecond > MaxPerSecond)
        {
            return $"{Name}: {cost.PerSecond} IL/s, the budget is {MaxPerSecond}";
        }

        if (cost.WorstSecond > Budget.Chip)
        {
            return $"{Name}: {cost.WorstSecond} IL in one second, the chip has {Budget.Chip}";
        }

        if (cost.WorstPass > Budget.MaxPass)
        {
            return $"{Name}: {cost.WorstPass} IL in one pass of the loop, the microphone allows {Budget.MaxPass} (150 ms)";
        }

        return cost.AllocationsPerSecond > MaxAllocationsPerSecond
            ? $"{Name}: {cost.AllocationsPerSecond:0.0} allocations per second, the budget is {MaxAllocationsPerSecond:0.0}"
            : null;
    }
}

/// <summary>The one table of budgets; a test fails when a row exceeds it, the bench prints it beside the figures.</summary>
public static class Budget
{
    /// <summary>IL instructions per second to plan with: 240 MHz, interpreter in flash, the middle of published figures.</summary>
    public const long Chip = 2_000_000;

    /// <summary>IL of one pass between microphone reads: 150 ms; behind it lie 300 ms of DMA.</summary>
    public const long MaxPass = Chip * 150 / 1000;

    /// <summary>Every workload once. IL figures are the architecture's rule 3; rows it does not name may use the whole chip.</summary>
    public static readonly BudgetRow[] Rows =
    [
        new("silence", 300_000, 1),
        new("noise", 1_400_000, 1),
        new("voice", 1_400_000, 1),
        new("stream", 1_200_000, 1),
        new("stream_adpcm", 1_200_000, 1),
        new("answer", 1_200_000, 1),
        new("answer_adpcm", 1_200_000, 1),
        new("heart_rest", 25_000, 0), // 2.1 k of it keep eight seconds of samples for when the body moves
        new("heart_motion", 160_000, 0),
        new("heart_raw", 60_000, 20), // at rest, and its light streamed for a recording
        new("all", Chip, 14), // the moving pulse is told every 2 s, twice: by the beats and by the tracker
    ];

    /// <summary>The row of a workload.</summary>
    public static BudgetRow Of(string name) => Rows.Single(r => r.Name == name);
}
