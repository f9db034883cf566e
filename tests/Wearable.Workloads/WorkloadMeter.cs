using System.Reflection;
using Wearable.Meter;

namespace Wearable.Workloads;

/// <summary>How a chip kept up with a whole conversation.</summary>
/// <param name="Passes">Passes of the loop.</param>
/// <param name="WorstPassMs">The longest, without the wait for the microphone.</param>
/// <param name="LoadPercent">Share of the time spent computing.</param>
/// <param name="Overruns">Times the microphone's 300 ms of DMA ran over.</param>
/// <param name="AnswerGaps">Times the speaker ran dry within the answer.</param>
/// <param name="PlayedSamples">Samples of the answer that were heard.</param>
public sealed record ClockedConversation(long Passes, double WorstPassMs, double LoadPercent, int Overruns, int AnswerGaps, long PlayedSamples);

/// <summary>Runs workloads on instrumented copies of the firmware and reads the counters. One at a time in a process.</summary>
/// <param name="folder">Where the compiled assemblies lie.</param>
/// <param name="change">Changes the firmware before it is instrumented: how a test shows that the budget bites.</param>
public sealed class WorkloadMeter(string folder, Action<Mono.Cecil.AssemblyDefinition>? change = null) : IDisposable
{
    private readonly MeteredContext _context = new(folder, change);

    /// <summary>Runs one.</summary>
    public WorkloadCost Measure(string name)
    {
        long[] cost = (long[])Call(typeof(Workload), nameof(Workload.Run), name);
        return new WorkloadCost(name, (int)cost[0], cost[1], cost[2], cost[3], cost[4]);
    }

    /// <summary>Runs a whole conversation on a chip of this speed.</summary>
    /// <param name="instructionsPerSecond">2,000,000 is the plan.</param>
    public ClockedConversation Converse(long instructionsPerSecond)
    {
        long[] told = (long[])Call(typeof(Workload), nameof(Workload.RunClocked), instructionsPerSecond);
        return new ClockedConversation(told[0], told[1] / 1000.0, told[2] / 10.0, (int)told[3], (int)told[4], told[5]);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private object Call(Type type, string method, params object[] arguments)
    {
        MethodInfo target = _context.Load(type.Assembly.GetName().Name!).GetType(type.FullName!, throwOnError: true)!.GetMethod(method)!;
        try
        {
            return target.Invoke(null, arguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }
}
