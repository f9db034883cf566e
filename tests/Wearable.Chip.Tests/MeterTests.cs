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

    [Fact]
    public void Each_use_of_a_text_literal_is_an_allocation_as_on_the_interpreter()
    {
        // Interpreter 1.17, 32 bit: 100 heart messages make 900 allocations, one for each field's name or value.
        Assembly contract = _context.Load("Wearable.Contract");
        object heart = Activator.CreateInstance(contract.GetType("Wearable.Contract.HeartMessage", true)!)!;
        object writer = Activator.CreateInstance(contract.GetType("Wearable.Contract.WireWriter", true)!)!;
        MethodInfo write = heart.GetType().GetMethod("Write")!;
        write.Invoke(heart, [writer]);
        Counters.Reset();
        write.Invoke(heart, [writer]);
        Assert.Equal(10, Counters.Allocations); // nine names and "null": this one has no rate
    }

    [Theory]
    [InlineData(typeof(byte[]), 100, 120)]
    [InlineData(typeof(bool[]), 10, 36)]
    [InlineData(typeof(short[]), 100, 228)]
    [InlineData(typeof(int[]), 10, 60)]
    [InlineData(typeof(long[]), 10, 108)]
    [InlineData(typeof(string[]), 1, 36)]
    [InlineData(typeof(string[]), 100, 1224)]
    [InlineData(typeof(byte[][]), 10, 144)]
    public void An_array_has_the_size_measured_on_the_interpreter(Type type, int length, int bytes) =>
        Assert.Equal(bytes, ChipMemory.Held(Array.CreateInstance(type.GetElementType()!, length), _ => false));

    private long Count(string assembly, string type, string method, string argument)
    {
        MethodInfo target = _context.Load(assembly).GetType(type, true)!.GetMethod(method)!;
        target.Invoke(null, [argument]);
        Counters.Reset();
        target.Invoke(null, [argument]);
        return Counters.Instructions;
    }
}
