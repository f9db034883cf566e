using Wearable.Simulator.Time;

namespace Wearable.Simulator.Tests.Time;

public sealed class ChipClockTests
{
    private readonly VirtualClock _inner = new();
    private readonly ChipClock _chip;
    private long _work;

    public ChipClockTests()
    {
        _chip = new ChipClock(_inner, 2_000_000, () => Interlocked.Exchange(ref _work, 0));
        _chip.Own();
    }

    [Fact]
    public void Work_takes_time()
    {
        _work = 100_000;
        Assert.Equal(50, _chip.NowMs);
        Assert.Equal(0, _inner.NowMs); // the world sees it when the device next waits
        _work = 20_000;
        _chip.WaitUntil(0);
        Assert.Equal((60.0, 60.0, 60.0), (_inner.NowMs, _chip.NowMs, _chip.BusyMs));
    }

    [Fact]
    public void Waiting_hides_work_that_fits_into_it()
    {
        _work = 20_000;
        _chip.WaitUntil(20);
        Assert.Equal(20, _inner.NowMs);
        Assert.Equal(10, _chip.BusyMs);
    }

    [Fact]
    public void A_transfer_takes_time_too()
    {
        _chip.Spend(1.5);
        Assert.Equal((1.5, 1.5), (_chip.NowMs, _chip.BusyMs));
    }

    [Fact]
    public async Task Another_thread_neither_pays_nor_sees_the_chips_work()
    {
        _work = 100_000;
        double seen = 0;
        Thread other = new(() => seen = _chip.NowMs);
        other.Start();
        await Task.Run(other.Join);
        Assert.Equal(0, seen);
        Assert.Equal(100_000, _work);
    }
}
