using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Wearable.Workloads;

namespace Wearable.Chip.Tests;

/// <summary>Every workload stays within its row of the one table, and a dearer firmware is caught.</summary>
[Collection("meter")]
public sealed class BudgetTests
{
    public static TheoryData<string> Rows => [.. Budget.Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_workload_stays_within_its_budget(string name)
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        WorkloadCost cost = meter.Measure(name);
        Assert.True(cost.PerSecond > 1000, $"{name}: {cost.PerSecond} IL/s: nothing was counted");
        Assert.Null(Budget.Of(name).Complaint(cost));
    }

    [Fact]
    public void Every_workload_has_a_budget() => Assert.Equal(Workload.Names, Budget.Rows.Select(r => r.Name));

    [Fact]
    public void Counting_the_same_workload_twice_gives_the_same_figures()
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        Assert.Equal(meter.Measure("answer_adpcm"), meter.Measure("answer_adpcm"));
    }

    [Fact]
    public void An_allocation_per_hop_is_caught()
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory, InsertIntoLook(il =>
        [
            il.Create(OpCodes.Ldc_I4, 16),
            il.Create(OpCodes.Newarr, il.Body.Method.Module.TypeSystem.Byte),
            il.Create(OpCodes.Pop),
        ]));
        Assert.Equal("silence: 50.5 allocations per second, the budget is 1.0", Budget.Of("silence").Complaint(meter.Measure("silence")));
    }

    [Fact]
    public void Instructions_over_the_budget_are_caught()
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory, InsertIntoLook(il => Enumerable.Range(0, 4000).Select(_ => il.Create(OpCodes.Nop))));
        Assert.Matches("^silence: [0-9]+ IL/s, the budget is 300000$", Budget.Of("silence").Complaint(meter.Measure("silence")));
    }

    [Fact]
    public void A_pass_that_would_starve_the_microphone_is_caught()
    {
        WorkloadCost cost = new("all", 10, 1_000_000, 1_000_000, Budget.MaxPass + 1, 0);
        Assert.Equal("all: 300001 IL in one pass of the loop, the microphone allows 300000 (150 ms)", Budget.Of("all").Complaint(cost));
    }

    [Fact]
    public void A_second_dearer_than_the_chip_is_caught()
    {
        WorkloadCost cost = new("all", 10, 1_000_000, Budget.Chip + 1, 1000, 0);
        Assert.Equal("all: 2000001 IL in one second, the chip has 2000000", Budget.Of("all").Complaint(cost));
    }

    [Fact]
    public void The_readme_states_the_memory_the_device_holds()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "firmware", "README.md"));
        string figure = Workload.RamBytes().ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($"| all of the device's objects and arrays | {figure} |", readme);
        string small = Workload.RamBytesWithoutVoice().ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($"| the same on a board without voice | {small} |", readme);
    }

    [Fact]
    public void Gate_features_model_and_ring_fit_into_96_KB() => Assert.InRange(Workload.RamBytesOfWakeWord(1000), 64_000, 96 * 1024);

    [Fact]
    public void With_a_short_ring_they_fit_into_40_KB() => Assert.InRange(Workload.RamBytesOfWakeWord(240), 20_000, 40 * 1024);

    // The gate looks at every hop: a good place for a regression.
    private static Action<AssemblyDefinition> InsertIntoLook(Func<ILProcessor, IEnumerable<Instruction>> code) => assembly =>
    {
        MethodBody? body = assembly.MainModule.GetType("Wearable.Firmware.Voice.WakeGate")?.Methods.Single(m => m.Name == "Look").Body;
        if (body is null)
        {
            return; // the contract's assembly
        }

        body.SimplifyMacros();
        ILProcessor il = body.GetILProcessor();
        Instruction first = body.Instructions[0];
        foreach (Instruction instruction in code(il))
        {
            il.InsertBefore(first, instruction);
        }

        body.OptimizeMacros();
    };
}
