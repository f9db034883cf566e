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

    [Fact]
    public void A_number_given_back_is_welcome_again()
    {
        _window.Take(1);
        _window.Take(2);
        _window.GiveBack(2);
        _window.GiveBack(9); // never taken
        Assert.Equal(1, _window.Missing);
        Assert.True(_window.Take(2));
        Assert.Equal(0, _window.Missing);
    }

    [Fact]
    public void A_stored_window_knows_the_same_numbers()
    {
        _window.Take(10);
        _window.Take(12);
        NumberWindow restored = NumberWindow.Restore(_window.First, _window.Newest, _window.Count, _window.SeenBits())!;
        Assert.False(restored.Take(12));
        Assert.True(restored.Take(11));
        Assert.Equal(0, restored.Missing);
        Assert.Equal(1, _window.Missing); // a window of its own
    }

    [Fact]
    public void A_window_without_a_gap_is_stored_in_a_line()
    {
        for (int n = 3; n <= 9000; n++)
        {
            _window.Take(n);
        }

        Assert.Empty(_window.SeenBits());
        NumberWindow restored = NumberWindow.Restore(_window.First, _window.Newest, _window.Count, [])!;
        Assert.False(restored.Take(9000));
        Assert.False(restored.Take(5));
        Assert.True(restored.Take(9002));
        Assert.True(restored.Take(9001));
        Assert.False(restored.Take(8999));
        Assert.Equal(0, restored.Missing);
    }

    [Fact]
    public void A_number_before_the_first_is_taken_late_once()
    {
        _window.Take(10);
        _window.Take(11);
        Assert.True(_window.Take(8));
        Assert.False(_window.Take(8));
        Assert.Equal(1, _window.Missing);
        Assert.True(_window.Take(9));
    }

    [Theory]
    [InlineData(1, 5, 4, 0)]
    [InlineData(0, 5, 1, 512)]
    [InlineData(6, 5, 1, 512)]
    [InlineData(1, 5, 6, 512)]
    [InlineData(1, 5, 1, 511)]
    public void A_damaged_window_is_not_restored(int first, int newest, long count, int bytes) =>
        Assert.Null(NumberWindow.Restore(first, newest, count, new byte[bytes]));
}
