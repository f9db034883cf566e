using System.Reflection;
using Wearable.Meter;

namespace Wearable.Simulator.CommandLine;

/// <summary>
/// A run at the speed of a chip: the whole command again, in a load context whose firmware is instrumented. Nothing but the counters is shared with
/// the context it was called from.
/// </summary>
public static class ChipRun
{
    /// <summary>Runs the command line on instrumented firmware.</summary>
    /// <param name="args">As given to the process.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="errors">Standard error.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        using MeteredContext metered = new(AppContext.BaseDirectory);
        Type copy = metered.Load(typeof(ChipRun).Assembly.GetName().Name!).GetType(typeof(ChipRun).FullName!, throwOnError: true)!;
        MethodInfo inside = copy.GetMethod(nameof(InsideAsync), BindingFlags.Static | BindingFlags.NonPublic)!;
        return await (Task<int>)inside.Invoke(null, [args, output, errors])!;
    }

    // Called in the metered context.
    private static Task<int> InsideAsync(string[] args, TextWriter output, TextWriter errors) =>
        new SimulatorCommand((options, cancellation) => new ConsoleRun(options, output, errors).RunAsync(cancellation)).InvokeAsync(args, output, errors);
}
