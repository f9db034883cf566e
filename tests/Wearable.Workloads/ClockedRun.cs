using System.Text.Json;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Simulator;
using Wearable.Simulator.Pulse;
using Wearable.Simulator.Time;

namespace Wearable.Workloads;

/// <summary>What a clocked conversation is made of; numbers and sound only, because types of another load context are other types.</summary>
/// <param name="ChipSpeed">IL instructions a second.</param>
/// <param name="Codec">Codec of the sound both ways: 0 or 30.</param>
/// <param name="Word">What is said first, int16 mono 16 kHz: the wake word by itself, or talk.</param>
/// <param name="Question">What follows after a short pause.</param>
public sealed record ClockedScript(long ChipSpeed, int Codec, short[] Word, short[] Question)
{
    /// <summary>True: the button opens the turn as soon as the first words are said, not they.</summary>
    public bool Button { get; init; }

    /// <summary>Turns one after another.</summary>
    public int Turns { get; init; } = 2;
}

/// <summary>How a clocked conversation went.</summary>
public sealed record ClockedResult
{
    /// <summary>What was run; without its sound.</summary>
    public required ClockedScript Script { get; init; }

    /// <summary>How the loop kept up.</summary>
    public required ChipLoad Load { get; init; }

    /// <summary>Wake words reported.</summary>
    public int Wakes { get; init; }

    /// <summary>Turns that went from streaming to thinking, speaking and idle.</summary>
    public int Turns { get; init; }

    /// <summary>Sound sent up and down, and the sound played, ms.</summary>
    public double SentUpMs { get; init; }

    /// <summary>Sound the home sent as answers, ms.</summary>
    public double SentDownMs { get; init; }

    /// <summary>Sound that left the speaker, ms.</summary>
    public double PlayedMs { get; init; }

    /// <summary>Up packets missing in the sequence.</summary>
    public int MissingUp { get; init; }

    /// <summary>Commands sent, and acknowledged.</summary>
    public int Commands { get; init; }

    /// <summary>How many of them were acknowledged.</summary>
    public int Acknowledged { get; init; }

    /// <summary>Heart readings published.</summary>
    public int HeartReadings { get; init; }

    /// <summary>What went wrong in the device's own words.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}

/// <summary>
/// Whole conversations on the simulated chip in virtual time: silence, wake word or button, streaming, answer, all with a moving hand on the pulse
/// sensor and commands coming in. Same script, same seed, same figures.
/// </summary>
public static class ClockedRun
{
    private const string Id = "clocked";

    // The moving hand first settles, as does the gate's noise floor; then a turn, then a breath.
    private const double SettleMs = 12_000, TurnMs = 18_000;

    /// <summary>Runs a script in this load context, which has to be a metered one.</summary>
    /// <param name="script">A <see cref="ClockedScript"/> as JSON.</param>
    /// <returns>A <see cref="ClockedResult"/> as JSON.</returns>
    public static string Run(string script) => JsonSerializer.Serialize(Run(JsonSerializer.Deserialize<ClockedScript>(script)!));

    private static ClockedResult Run(ClockedScript script)
    {
        ScriptedHome? home = null;
        SimulatedWearableOptions options = new()
        {
            Id = Id,
            Clock = new VirtualClock(),
            ChipSpeed = script.ChipSpeed,
            UpCodec = script.Codec,
            Seed = 3,
            Pulse = new PulseOptions { RateBpm = 84, Motion = true },
            Link = (clock, _) => home = new ScriptedHome(clock, Id, script.Codec),
        };
        SimulatedWearable wearable = new(options);
        int turns = 0, readings = 0, wakes = 0;
        List<string> faults = [];
        DeviceMode last = DeviceMode.Idle;
        wearable.Light.Changed += mode =>
        {
            turns += last == DeviceMode.Speaking && mode == DeviceMode.Idle ? 1 : 0;
            last = mode;
        };
        wearable.Messages.Heart += _ => readings++;
        wearable.Messages.Wake += wake => wakes += wake.Word == "button" ? 0 : 1;
        wearable.Messages.Fault += fault => faults.Add($"{fault.What}: {fault.Text}");
        Person person = new(wearable, script, SettleMs, TurnMs);
        wearable.Microphone.VoiceEnded += ms =>
        {
            if (person.Asks)
            {
                home?.VoiceEnded(ms);
            }
        };
        double endMs = SettleMs + (script.Turns * TurnMs);
        wearable.Run(() =>
        {
            person.Step();
            return wearable.Clock.NowMs >= endMs;
        });
        return new ClockedResult
        {
            Script = script with { Word = [], Question = [] },
            Load = wearable.Load,
            Wakes = wakes,
            Turns = turns,
            SentUpMs = home!.HeardMs,
            SentDownMs = home.AnsweredMs,
            PlayedMs = wearable.Speaker.PlayedSamples * 1000.0 / AudioFormat.SampleRateHz,
            MissingUp = home.MissingPackets,
            Commands = home.Commands,
            Acknowledged = home.Acknowledged,
            HeartReadings = readings,
            Faults = faults,
        };
    }

    /// <summary>Says the word and the question, or presses the button, at the same time of every turn.</summary>
    private sealed class Person(SimulatedWearable wearable, ClockedScript script, double settleMs, double turnMs)
    {
        private const double PressMs = 200, PauseMs = 250;

        private int _turn;
        private double _pressAtMs = double.PositiveInfinity;
        private double _releaseAtMs = double.PositiveInfinity;
        private double _askAtMs = double.PositiveInfinity;

        /// <summary>True while the question is said, false while the word is.</summary>
        public bool Asks { get; private set; }

        public void Step()
        {
            double nowMs = wearable.Clock.NowMs;
            if (_turn < script.Turns && nowMs >= settleMs + (_turn * turnMs))
            {
                _turn++;
                Asks = false;
                _ = wearable.SayAsync(script.Word);
                double saidMs = nowMs + (script.Word.Length * 1000.0 / AudioFormat.SampleRateHz);
                _pressAtMs = script.Button ? saidMs : double.PositiveInfinity;
                _releaseAtMs = _pressAtMs + PressMs;
                _askAtMs = saidMs + PauseMs;
            }

            if (nowMs >= _pressAtMs)
            {
                wearable.Button.Press();
                _pressAtMs = double.PositiveInfinity;
            }

            if (nowMs >= _releaseAtMs)
            {
                wearable.Button.Release();
                _releaseAtMs = double.PositiveInfinity;
            }

            if (nowMs >= _askAtMs)
            {
                _askAtMs = double.PositiveInfinity;
                Asks = true;
                _ = wearable.SayAsync(script.Question);
            }
        }
    }
}
