using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.AI;
using Wearable.Contract;
using Wearable.Gateway.Mcp;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain.Tools;

/// <summary>
/// What the larger model may do in this house, as functions it can call: the same things the skills do, for the wearable that asks and no other.
/// Each answers with a short plain sentence; what cannot be done is a sentence as well, so that the model can say it. Nothing here deletes or
/// opens a microphone.
/// </summary>
public sealed class HouseTools(TimeProvider time, IHeartHistory hearts, IDeviceSender sender, TimerService timers, FactMemory memory, SafetySettings safety, McpToolbox toolbox)
{
    /// <summary>The tools of one wearable, and those of the owner's own servers. Names, descriptions and arguments are the same for all, so that the model computes them once.</summary>
    public IList<AITool> Of(string deviceId)
    {
        Bound house = new(this, deviceId);
        return
        [
            AIFunctionFactory.Create(house.Now, "current_time", "The date and time where the person is."),
            AIFunctionFactory.Create(house.HeartRate, "heart_rate", "The person's measured heart rate, or why there is none. Never guess one."),
            AIFunctionFactory.Create(house.StartTimer, "start_timer", "Starts a timer that is announced aloud when it ends."),
            AIFunctionFactory.Create(house.Timers, "timers", "How long each running timer still has."),
            AIFunctionFactory.Create(house.CancelTimers, "cancel_timers", "Stops all timers."),
            AIFunctionFactory.Create(house.SetVolumeAsync, "set_volume", "Sets how loud this wearable speaks."),
            AIFunctionFactory.Create(house.MuteAsync, "mute_microphone", "Switches the wearable's microphone off. Only the person can switch it on again, with the button."),
            AIFunctionFactory.Create(house.BlinkAsync, "blink_light", "Blinks the wearable's light, so that it can be found."),
            AIFunctionFactory.Create(house.Remember, "remember", "Keeps a fact the person asked to be remembered."),
            AIFunctionFactory.Create(house.Remembered, "remembered", "The facts the person asked to be remembered."),
            .. toolbox.Tools,
        ];
    }

    private sealed class Bound(HouseTools house, string deviceId)
    {
        public string Now() => house.Time.GetLocalNow().ToString("dddd, d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture);

        public string HeartRate() => house.Hearts.Latest(deviceId) switch
        {
            { RateBpm: double rate } => $"{Math.Round(rate).ToString(CultureInfo.InvariantCulture)} beats per minute, measured just now. Say that this is not a medical device.",
            { State: "no_contact" } => "No heart rate: no finger on the sensor.",
            { State: "settling" } => "No heart rate yet: still measuring, about ten seconds more.",
            { State: "motion" } => "No heart rate: the person moves too much.",
            _ => "No heart rate is measured right now.",
        };

        public string StartTimer([Description("Length in seconds, 1 to 86400.")] double seconds)
        {
            if (!(seconds >= 1 && seconds <= TimerService.Longest.TotalSeconds))
            {
                return $"No timer started: 1 to {TimerService.Longest.TotalSeconds} seconds expected.";
            }

            TimeSpan length = TimeSpan.FromSeconds(Math.Round(seconds));
            return house.Clocks.TryStart(deviceId, length)
                ? $"A timer of {SpokenNumber.Duration(length)} is running."
                : $"No timer started: {TimerService.MaxPerDevice} are running, which is the most.";
        }

        public string Timers() =>
            house.Clocks.Left(deviceId) is { Count: > 0 } left ? "Left: " + string.Join("; ", left.Select(SpokenNumber.Duration)) + "." : "No timer is running.";

        public string CancelTimers() => $"Timers stopped: {house.Clocks.Cancel(deviceId)}.";

        public async Task<string> SetVolumeAsync([Description("Volume in percent, 10 to 100.")] int percent, CancellationToken cancellation)
        {
            if (percent is < 10 or > 100)
            {
                return "Volume unchanged: 10 to 100 percent expected.";
            }

            await house.SendAsync(deviceId, CommandNames.Volume, percent, cancellation).ConfigureAwait(false);
            return $"The volume is {percent} percent.";
        }

        public async Task<string> MuteAsync(CancellationToken cancellation)
        {
            await house.SendAsync(deviceId, CommandNames.Mute, 1, cancellation).ConfigureAwait(false);
            return "The microphone is off. The button switches it on again.";
        }

        public async Task<string> BlinkAsync(CancellationToken cancellation)
        {
            await house.Sender.SendCommandAsync(deviceId, CommandNames.Identify, new CommandMessage(), cancellation).ConfigureAwait(false);
            return "The light blinks.";
        }

        public string Remember([Description("The fact, one short sentence.")] string fact)
        {
            if (!house.Safety.Of(deviceId).Remembers)
            {
                return "Not kept: remembering is switched off for this wearable. A grown-up can switch it on.";
            }

            if (string.IsNullOrWhiteSpace(fact))
            {
                return "Not kept: a fact expected.";
            }

            house.Memory.Add(deviceId, fact.Trim());
            return "Kept.";
        }

        public string Remembered() => house.Facts(deviceId) is { Count: > 0 } facts ? string.Join("; ", facts) : "Nothing is remembered.";
    }

    private TimeProvider Time => time;

    private IHeartHistory Hearts => hearts;

    private IDeviceSender Sender => sender;

    private TimerService Clocks => timers;

    private FactMemory Memory => memory;

    private SafetySettings Safety => safety;

    /// <summary>What the model is reminded of: nothing while remembering is off, even what was kept before.</summary>
    public IReadOnlyList<string> Facts(string deviceId) => Kept(deviceId, MemoryEntry.Fact);

    /// <summary>Summaries of earlier conversations, oldest first; nothing while remembering is off.</summary>
    public IReadOnlyList<string> Summaries(string deviceId) => Kept(deviceId, MemoryEntry.Summary);

    /// <summary>Keeps a summary, where remembering is on.</summary>
    public void Summarise(string deviceId, string text)
    {
        if (safety.Of(deviceId).Remembers)
        {
            memory.Add(deviceId, text, MemoryEntry.Summary);
        }
    }

    /// <summary>Whether anything of this wearable's conversations may be kept.</summary>
    public bool Remembers(string deviceId) => safety.Of(deviceId).Remembers;

    private IReadOnlyList<string> Kept(string deviceId, string kind) =>
        safety.Of(deviceId).Remembers ? [.. memory.EntriesOf(deviceId).Where(e => e.Kind == kind).Select(e => e.Text)] : [];

    private ValueTask SendAsync(string deviceId, string name, int value, CancellationToken cancellation) =>
        sender.SendCommandAsync(deviceId, name, new CommandMessage { HasValue = true, Value = value }, cancellation);
}
