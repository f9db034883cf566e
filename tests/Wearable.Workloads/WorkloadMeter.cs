using System.Reflection;
using System.Text.Json;
using Wearable.Meter;

namespace Wearable.Workloads;

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

    /// <summary>Runs a conversation on the simulated chip.</summary>
    public ClockedResult Converse(ClockedScript script) =>
        JsonSerializer.Deserialize<ClockedResult>((string)Call(typeof(ClockedRun), nameof(ClockedRun.Run), JsonSerializer.Serialize(script)))!;

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
