namespace Wearable.Meter;

/// <summary>
/// What instrumented code adds to. One device loop at a time: the numbers are plain fields, so that counting costs little and is exact
/// for the thread that runs the loop (run nothing else in the same metered context).
/// </summary>
public static class Counters
{
    /// <summary>IL instructions executed since the last <see cref="Reset"/>.</summary>
    public static long Instructions;

    /// <summary>Objects, arrays, boxes, library-made strings and references to text literals (12 bytes each time one is used) created since the last <see cref="Reset"/>.</summary>
    public static long Allocations;

    /// <summary>
    /// IL instructions that would cost a chip as much as what ran inside the library since the last <see cref="Reset"/>: see <see cref="LibraryCost"/>.
    /// An estimate, used for simulated time only; budgets count <see cref="Instructions"/>.
    /// </summary>
    public static long Surcharge;

    private static readonly List<string> Names = [];
    private static long[] s_byMethod = [];

    /// <summary>Instructions of each method since the last <see cref="ResetMethods"/>, most expensive first.</summary>
    public static IEnumerable<(string Method, long Instructions)> ByMethod =>
        Names.Select((name, i) => (name, i < s_byMethod.Length ? s_byMethod[i] : 0)).Where(m => m.Item2 > 0).OrderByDescending(m => m.Item2);

    /// <summary>Starts the methods' figures again from zero.</summary>
    public static void ResetMethods() => Array.Clear(s_byMethod);

    /// <summary>Starts again from zero.</summary>
    public static void Reset()
    {
        Instructions = 0;
        Allocations = 0;
        Surcharge = 0;
    }

    /// <summary>Called at the start of every basic block.</summary>
    public static void Add(int instructions, int method)
    {
        Instructions += instructions;
        s_byMethod[method] += instructions;
    }

    /// <summary>Called before every instruction that allocates.</summary>
    public static void Allocate() => Allocations++;

    /// <summary>Called before every instruction that does more on the chip than its own interpretation.</summary>
    public static void Charge(int instructions) => Surcharge += instructions;

    /// <summary>Gives a method its number; called while instrumenting, before anything is counted.</summary>
    internal static int Register(string method)
    {
        Names.Add(method);
        Array.Resize(ref s_byMethod, Names.Count);
        return Names.Count - 1;
    }
}
