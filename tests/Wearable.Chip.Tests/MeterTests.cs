using System.Reflection;
using Wearable.Meter;

namespace Wearable.Chip.Tests;

/// <summary>The instruction counter is exact, and sees allocations.</summary>
[Collection("meter")] // the counters are one and the same for the whole process
public sealed class MeterTests : IDisposable
{
    private readonly MeteredContext _context = new(AppContext.BaseDirectory);

    public void Dispose() => _context.Dispose();

    [Fact]
    public void A_method_counts_its_own_instructions()
    {
        // Ids.IsValid("") leaves at the first test: the count is that of the compiled path, a dozen instructions.
        long empty = Count("Wearable.Contract", "Wearable.Contract.Ids", "IsValid", "");
        long one = Count("Wearable.Contract", "Wearable.Contract.Ids", "IsValid", "a");
        long two = Count("Wearable.Contract", "Wearable.Contract.Ids", "IsValid", "aa");
        long three = Count("Wearable.Contract", "Wearable.Contract.Ids", "IsValid", "aaa");
        Assert.InRange(empty, 5, 20);
        Assert.Equal(two - one, three - two);
        Assert.InRange(two - one, 10, 40);
    }

    [Fact]
    public void Counting_twice_gives_the_same_number()
    {
        Assert.Equal(Count("Wearable.Contract", "Wearable.Contract.Ids", "IsValid", "abc-1"), Count("Wearable.Contract", "Wearable.Contract.Ids", "IsValid", "abc-1"));
    }

    [Fact]
    public void An_allocation_is_seen()
    {
        MethodInfo parse = _context.Load("Wearable.Contract").GetType("Wearable.Contract.TopicName", true)!.GetMethod("Parse")!;
        Counters.Reset();
        parse.Invoke(null, ["wearable/v1/bear-1/state"]);
        Assert.True(Counters.Allocations >= 3, $"at least the name and two substrings expected, got {Counters.Allocations}");
    }

    private long Count(string assembly, string type, string method, string argument)
    {
        MethodInfo target = _context.Load(assembly).GetType(type, true)!.GetMethod(method)!;
        target.Invoke(null, [argument]);
        Counters.Reset();
        target.Invoke(null, [argument]);
        return Counters.Instructions;
    }
}
