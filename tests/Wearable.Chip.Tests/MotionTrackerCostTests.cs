using System.Reflection;
using Wearable.Meter;

namespace Wearable.Chip.Tests;

/// <summary>What the motion tracker costs the chip: exact instructions, a window of five signals every 2 s.</summary>
[Collection("meter")]
public sealed class MotionTrackerCostTests : IDisposable
{
    private const int PerSecond = 136_500, Slice = 50_000;

    private readonly MeteredContext _context = new(AppContext.BaseDirectory);

    public void Dispose() => _context.Dispose();

    [Fact]
    public void A_second_and_a_slice_stay_within_their_budget_and_nothing_is_allocated()
    {
        Type type = _context.Load("Wearable.Firmware").GetType("Wearable.Firmware.Heart.MotionTracker", true)!;
        object tracker = Activator.CreateInstance(type, 0, true)!;
        Func<int, int, int, int, int, bool> push = type.GetMethod("Push")!.CreateDelegate<Func<int, int, int, int, int, bool>>(tracker);
        Func<bool> step = type.GetMethod("Step")!.CreateDelegate<Func<bool>>(tracker);
        Random random = new(3);
        int windows = 0;
        long worst = 0;
        long all = 0;
        long allocations = 0;
        for (int i = 0; i < 1100; i++)
        {
            long Cost(Action work)
            {
                Counters.Reset();
                work();
                allocations += windows > 1 ? Counters.Allocations : 0;
                return Counters.Instructions;
            }

            bool full = false;
            long cost = Cost(() => full = push(100_000 + random.Next(900), 90_000 + random.Next(900), random.Next(900), random.Next(900), random.Next(900)));
            bool done = !full;
            while (!done)
            {
                long slice = Cost(() => done = step());
                worst = windows > 0 ? Math.Max(worst, slice) : 0;
                cost += slice;
            }

            windows += full ? 1 : 0;
            all += i >= 100 ? cost : 0;
        }

        long second = all / 80;
        Assert.True(second is > 10_000 and <= PerSecond, $"motion tracker: {second} IL/s, the budget is {PerSecond}");
        Assert.True(worst is > 1000 and <= Slice, $"motion tracker: {worst} IL in one slice, the budget is {Slice}");
        Assert.Equal(0, allocations);
    }
}
