using Wearable.Workloads;

namespace Wearable.Chip.Tests;

/// <summary>
/// A whole conversation in the chip's time: open gate, streaming, answer, moving pulse and commands at once, with 300 ms of DMA behind the
/// microphone. Virtual time: the same figures on every machine.
/// </summary>
[Collection("meter")]
public sealed class ChipTimeTests
{
    private const int AnswerSamples = 6 * 16_000;

    [Fact]
    public void At_the_planned_speed_no_sound_is_lost_in_either_direction()
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        ClockedConversation told = meter.Converse(Budget.Chip);
        Assert.Equal((0, 0, (long)AnswerSamples), (told.Overruns, told.AnswerGaps, told.PlayedSamples));
        Assert.True(told.WorstPassMs <= 150, $"at most 150 ms between microphone reads expected, got {told.WorstPassMs:0}");
        Assert.InRange(told.LoadPercent, 10, 90);
    }

    [Fact]
    public void A_chip_that_is_too_slow_is_seen_to_lose_sound()
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        ClockedConversation told = meter.Converse(500_000);
        Assert.True(told.Overruns > 0, "overruns expected at a quarter of the speed");
        Assert.True(told.WorstPassMs > meter.Converse(Budget.Chip).WorstPassMs);
    }

    [Fact]
    public void The_same_conversation_takes_the_same_time_again()
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        Assert.Equal(meter.Converse(1_000_000), meter.Converse(1_000_000));
    }
}
