using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tests.Mqtt;

public sealed class NumberWindowTests
{
    private readonly NumberWindow _window = new();

    [Fact]
    public void A_number_counts_once()
    {
        Assert.True(_window.Take(1));
        Assert.False(_window.Take(1));
        Assert.True(_window.Take(2));
        Assert.False(_window.Take(1));
        Assert.Equal(0, _window.Missing);
    }

    [Fact]
    public void A_gap_is_missing_until_its_number_comes_late()
    {
        _window.Take(1);
        _window.Take(4);
        Assert.Equal(2, _window.Missing);
        Assert.True(_window.Take(3));
        Assert.Equal(1, _window.Missing);
        Assert.False(_window.Take(3));
    }

    [Fact]
    public void A_gateway_that_starts_in_mid_boot_misses_nothing_from_before()
    {
        _window.Take(5000);
        _window.Take(5001);
        Assert.Equal(0, _window.Missing);
    }

    [Fact]
    public void Numbers_older_than_the_window_count_as_duplicates()
    {
        _window.Take(1);
        _window.Take(1 + NumberWindow.Width);
        Assert.False(_window.Take(1));
        Assert.True(_window.Take(2));
    }

    [Fact]
    public void A_leap_forgets_what_stood_a_window_ago()
    {
        for (int n = 1; n <= 100; n++)
        {
            _window.Take(n);
        }

        _window.Take(100 + NumberWindow.Width);
        for (int n = 101; n < 100 + NumberWindow.Width; n++)
        {
            Assert.True(_window.Take(n), $"number {n} never came before");
        }

        Assert.Equal(0, _window.Missing);
    }

    [Fact]
    public void The_greatest_number_is_a_number()
    {
        Assert.True(_window.Take(int.MaxValue - 3));
        Assert.True(_window.Take(int.MaxValue));
        Assert.False(_window.Take(int.MaxValue));
        Assert.Equal(2, _window.Missing);
    }
}
