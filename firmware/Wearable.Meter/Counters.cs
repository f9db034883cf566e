namespace Wearable.Meter;

/// <summary>
/// What instrumented code adds to. One device loop at a time: the numbers are plain fields, so that counting costs little and is exact
/// for the thread that runs the loop (run nothing else in the same metered context).
/// </summary>
public static class Counters
{
    /// <summary>IL instructions executed since the last <see cref="Reset"/>.</summary>
    public static long Instructions;

    /// <summary>Objects, arrays, boxes and library-made strings created since the last <see cref="Reset"/>.</summary>
    public static long Allocations;

    /// <summary>Starts again from zero.</summary>
    public static void Reset()
    {
        Instructions = 0;
        Allocations = 0;
    }

    /// <summary>Called at the start of every basic block.</summary>
    public static void Add(int instructions) => Instructions += instructions;

    /// <summary>Called before every instruction that allocates.</summary>
    public static void Allocate() => Allocations++;
}
