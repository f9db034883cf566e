using System.Text;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Replay;

namespace Wearable.Gateway.Tests.Replay;

/// <summary>Recorded light, felt again by the chip's own code.</summary>
public sealed class PulseReplayTests
{
    [Fact]
    public void A_recorded_day_gives_the_same_heart_rates_again_and_again()
    {
        DayFile day = Day();
        IReadOnlyList<PulseStretch> stretches = PulseStretch.Of(day);
        Assert.Equal([false, true, true], stretches.Select(stretch => stretch.FromStart)); // before the first finger nobody's light was recorded
        foreach (PulseStretch stretch in stretches.Skip(1))
        {
            PulseResult once = PulseReplay.Run(stretch), twice = PulseReplay.Run(stretch);
            Assert.True(once.Binding);
            Assert.InRange(once.Compared, 20, 200);
            Assert.Equal((once.Compared, 0, 0.0), (once.Equal, once.Missing, once.LargestBpm));
            Assert.Contains(once.Hearts, heart => heart.Heart.HasRate);
            Assert.Equal(Texts(once), Texts(twice));
        }
    }

    [Fact]
    public void The_led_was_set_anew_on_the_way_and_the_replay_follows()
    {
        PulseStretch stretch = PulseStretch.Of(Day())[1];
        Assert.True(stretch.Leds.Distinct().Count() > 1, "the driver changed its current");
        Assert.True(PulseReplay.Run(stretch).Same);
    }

    [Fact]
    public void Another_light_gives_another_result()
    {
        PulseStretch stretch = PulseStretch.Of(Day())[1];
        int[] counts = [.. stretch.Counts.Select((count, i) => count + (i % 25 == 0 ? 900 : 0))]; // a hum of 2 Hz
        PulseResult result = PulseReplay.Run(stretch with { Counts = counts });
        Assert.False(result.Same);
    }

    [Fact]
    public void Another_recorded_rate_is_told_with_its_difference()
    {
        PulseStretch stretch = PulseStretch.Of(Day())[1];
        (long AtMs, HeartMessage Heart)[] hearts = [.. stretch.Hearts];
        int at = Array.FindIndex(hearts, heart => heart.Heart.HasRate);
        hearts[at].Heart.RateBpmX10 += 25;
        PulseResult result = PulseReplay.Run(stretch with { Hearts = hearts });
        Assert.Equal((1, 2.5), (result.Compared - result.Equal, result.LargestBpm));
    }

    [Fact]
    public void Lost_samples_and_a_beginning_in_the_middle_bind_to_nothing()
    {
        DayFile day = Day();
        RecordedMessage[] raws = [.. day.Messages.Where(message => message.Name.Kind == TopicKind.RawPulse)];
        DayFile holed = day with { Messages = [.. day.Messages.Where(message => message != raws[60])] };
        Assert.Contains(PulseStretch.Of(holed), stretch => stretch.Lost == RawPulseMessage.MaxSamples && !PulseReplay.Run(stretch).Binding);
        DayFile late = day with { Messages = [.. day.Messages.SkipWhile(message => message.At < raws[80].At)] };
        Assert.False(PulseReplay.Run(PulseStretch.Of(late)[0]).Binding);
    }

    private static DayFile Day()
    {
        VirtualWearer wearer = new();
        wearer.Pulse.FingerCounts = 60_000; // dim: the driver gives the LED more current
        wearer.Wear(10);
        wearer.Pulse.Finger = true;
        wearer.Wear(40);
        wearer.Pulse.RateBpm = 95;
        wearer.Wear(50);
        wearer.Pulse.Finger = false;
        wearer.Wear(20);
        wearer.Pulse.Finger = true;
        wearer.Wear(50);
        return wearer.Day;
    }

    private static IEnumerable<string> Texts(PulseResult result) => result.Hearts.Select(heart =>
    {
        heart.Heart.BootId = heart.Heart.Number = 1;
        WireWriter writer = new();
        heart.Heart.Write(writer);
        return heart.AtMs + Encoding.UTF8.GetString(writer.ToArray());
    });
}
