using Wearable.Contract;
using Wearable.Simulator;
using Wearable.Workloads;

namespace Wearable.Chip.Tests;

/// <summary>Talk, a turn by the button, a streamed question, an answer, commands and a moving pulse at once, on a chip that takes its time. The wake word by voice is in the end-to-end tests.</summary>
[Collection("meter")]
public sealed class ChipTimeTests
{
    private const double LongestPassMs = 150; // half of what the microphone's DMA holds

    [Theory]
    [InlineData(AudioCodec.Pcm16At16k)]
    [InlineData(AudioCodec.ImaAdpcmAt16k)]
    public void At_the_planned_speed_no_sound_is_lost_and_no_answer_has_a_gap(int codec)
    {
        ClockedResult result = Converse(Budget.Chip, codec);
        Assert.Equal((0, 0), (result.Load.Overruns, result.Load.AnswerGaps));
        Assert.InRange(result.Load.WorstPassMs, 5, LongestPassMs);
        Assert.InRange(result.Load.LoadPercent, 10, 60);
        Assert.Equal(2, result.Turns);
        Assert.Equal(result.SentDownMs, result.PlayedMs);
        Assert.Equal(0, result.MissingUp);
        Assert.True(result.SentUpMs > 2 * TalkMs, $"the questions and their pre-roll expected, got {result.SentUpMs} ms");
        Assert.Equal((result.Commands, true), (result.Acknowledged, result.Commands > 10));
        Assert.True(result.HeartReadings > 5, $"the pulse is told all the while, got {result.HeartReadings} readings");
        Assert.Empty(result.Faults);
    }

    [Fact]
    public void At_a_quarter_of_that_speed_lost_sound_and_gaps_are_reported()
    {
        ClockedResult result = Converse(Budget.Chip / 4, AudioCodec.Pcm16At16k);
        Assert.True(result.Load.Overruns > 0, "overruns expected");
        Assert.True(result.Load.LostMs >= 16 * result.Load.Overruns, $"at least a block of 16 ms for each overrun expected, got {result.Load.LostMs} ms for {result.Load.Overruns}");
        Assert.True(result.Load.AnswerGaps > 0, "gaps expected");
        Assert.True(result.Load.WorstPassMs > LongestPassMs, $"a pass over {LongestPassMs} ms expected, got {result.Load.WorstPassMs}");
        Assert.Contains(result.Faults, f => f.StartsWith("audio-overrun", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_script_takes_the_same_time() =>
        Assert.Equal(Converse(Budget.Chip, AudioCodec.Pcm16At16k).Load.ToString(), Converse(Budget.Chip, AudioCodec.Pcm16At16k).Load.ToString());

    [Fact]
    public void Firmware_that_is_not_counted_cannot_be_clocked()
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => new SimulatedWearable(new SimulatedWearableOptions { ChipSpeed = Budget.Chip }));
        Assert.StartsWith("chip speed: the firmware in this load context is not instrumented", refusal.Message);
    }

    private const int TalkMs = 3000;

    private static ClockedResult Converse(long speed, int codec)
    {
        using WorkloadMeter meter = new(AppContext.BaseDirectory);
        short[] talk = TestSound.Voice(TalkMs / 1000, 5);
        return meter.Converse(new ClockedScript(speed, codec, talk, talk) { Button = true });
    }
}
