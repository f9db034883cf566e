namespace Wearable.Meter;

/// <summary>
/// What instrumented code adds to. Each thread has numbers of its own, so they are exact for the thread that runs a device's loop, and several
/// devices may run in one process, each on a thread of its own. Only the figures of single methods are of all threads together.
/// </summary>
public static class Counters
{
    /// <summary>IL instructions executed since the last <see cref="Reset"/>.</summary>
    [ThreadStatic]
    public static long Instructions;

    /// <summary>Objects, arrays, boxes, library-made strings and references to text literals (12 bytes each time one is used) created since the last <see cref="Reset"/>.</summary>
    [ThreadStatic]
    public static long Allocations;

    /// <summary>
    /// IL instructions that would cost a chip as much as what ran inside the library since the last <see cref="Reset"/>: see <see cref="LibraryCost"/>.
    /// An estimate, used for simulated time only; budgets count <see cref="Instructions"/>.
    /// </summary>
    [ThreadStatic]
    public static long Surcharge;

    /// <summary>Called where a step of the device's pass begins, with its place in <see cref="Steps"/>; null: nobody listens.</summary>
    [ThreadStatic]
    public static Action<int>? StepBegan;

    private static readonly List<string> Names = [];
    private static readonly List<string> StepNames = [];
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

    /// <summary>The steps of a pass by name, in the order in which they were first met.</summary>
    public static IReadOnlyList<string> Steps => StepNames;

    /// <summary>Called where the pass goes on to its next step.</summary>
    public static void Step(int step) => StepBegan?.Invoke(step);

    /// <summary>Gives a step its number, the same for the same name.</summary>
    internal static int RegisterStep(string step)
    {
        int at = StepNames.IndexOf(step);
        if (at < 0)
        {
            at = StepNames.Count;
            StepNames.Add(step);
        }

        return at;
    }

    /// <summary>Gives a method its number; called while instrumenting, before anything is counted.</summary>
    internal static int Register(string method)
    {
        Names.Add(method);
        Array.Resize(ref s_byMethod, Names.Count);
        return Names.Count - 1;
    }
}
