using Wearable.Contract;

namespace Wearable.Firmware.Tests.Contract;

public sealed class BluetoothHeartRateTests
{
    private readonly byte[] _value = new byte[BluetoothHeartRate.MaxBytes];

    [Fact]
    public void A_rate_with_contact_is_two_bytes() => Assert.Equal("06-48", Write(72, true));

    [Fact]
    public void No_contact_is_said_as_supported_and_not_found() => Assert.Equal("04-00", Write(0, false));

    [Theory]
    [InlineData(255, "06-FF")]
    [InlineData(256, "07-00-01")]
    [InlineData(300, "07-2C-01")]
    public void A_rate_above_255_takes_sixteen_bits(int rateBpm, string bytes) => Assert.Equal(bytes, Write(rateBpm, true));

    [Theory]
    [InlineData(1000, "16-3C-00-04")]
    [InlineData(833, "16-3C-55-03")]
    [InlineData(1, "16-3C-01-00")]
    [InlineData(60000, "16-3C-00-F0")]
    public void Intervals_are_in_1024ths_of_a_second(int intervalMs, string bytes) => Assert.Equal(bytes, Write(60, true, intervalMs));

    [Fact]
    public void Intervals_come_oldest_first() => Assert.Equal("16-48-33-03-53-03", Write(72, true, 800, 831));

    [Fact]
    public void Nine_intervals_fill_the_smallest_packet()
    {
        Assert.Equal(20, BluetoothHeartRate.Write(200, true, [.. Enumerable.Repeat(300, 9)], 9, _value));
        Assert.Equal(19, BluetoothHeartRate.Write(256, true, [.. Enumerable.Repeat(300, 9)], 8, _value));
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Assert.StartsWith("rate: ", Refusal(65536, 0), StringComparison.Ordinal);
        Assert.StartsWith("rate: ", Refusal(-1, 0), StringComparison.Ordinal);
        Assert.StartsWith("intervals: at most 9", Refusal(72, 10), StringComparison.Ordinal);
        Assert.StartsWith("intervals: at most 8", Refusal(256, 9), StringComparison.Ordinal);
        Assert.StartsWith("interval: ", Assert.Throws<ArgumentException>(() => Write(72, true, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("target: ", Assert.Throws<ArgumentException>(() => BluetoothHeartRate.Write(72, true, [], 0, new byte[4])).Message, StringComparison.Ordinal);
    }

    private string Refusal(int rateBpm, int count) =>
        Assert.Throws<ArgumentException>(() => BluetoothHeartRate.Write(rateBpm, true, [.. Enumerable.Repeat(800, 12)], count, _value)).Message;

    private string Write(int rateBpm, bool contact, params int[] intervalsMs) =>
        BitConverter.ToString(_value, 0, BluetoothHeartRate.Write(rateBpm, contact, intervalsMs, intervalsMs.Length, _value));
}
