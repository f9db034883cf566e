using System.Globalization;
using Wearable.Firmware.Heart;
using Wearable.Simulator.Pulse;

namespace Wearable.Firmware.Tests.Heart;

/// <summary>Keeps a diary of a simulated day: stretches, and within them every change of state and how right the rates were.</summary>
internal sealed class WornDay(PulseRig rig, SyntheticPulse pulse)
{
    /// <summary>Virtual seconds so far.</summary>
    public double Seconds { get; private set; }

    /// <summary>Stretches in order.</summary>
    public List<Stretch> Stretches { get; } = [];

    /// <summary>The diary for a reader.</summary>
    public IEnumerable<string> Lines => Stretches.Select(s => s.ToString());

    /// <summary>The wearer moves: an arm that swings so often a second, a heart of this rate.</summary>
    public void Move(double swingHz, double rateBpm)
    {
        (rig.Wrist.SwingHz, pulse.RateBpm, pulse.Motion) = (swingHz, rateBpm, true);
    }

    /// <summary>Something begins, and time passes.</summary>
    public Stretch Pass(string what, double seconds, Action begin)
    {
        begin();
        Stretch stretch = new(what, seconds, pulse.RateBpm, pulse.Finger, rig.Monitor.Reading.State);
        Stretches.Add(stretch);
        long fromMs = rig.Clock.UptimeMs;
        HeartState state = rig.Monitor.Reading.State;
        int version = rig.Monitor.Version;
        rig.Run(seconds, () =>
        {
            if (rig.Monitor.Version == version)
            {
                return;
            }

            version = rig.Monitor.Version;
            double at = (rig.Clock.UptimeMs - fromMs) / 1000.0;
            HeartReading reading = rig.Monitor.Reading;
            if (reading.State != state)
            {
                state = reading.State;
                stretch.Changes.Add((at, state));
            }

            stretch.Note(at, reading);
        });
        Seconds += seconds;
        return stretch;
    }

    /// <summary>One stretch of the day.</summary>
    internal sealed class Stretch(string what, double seconds, double trueBpm, bool worn, HeartState before)
    {
        // Two windows before the light's new story is told, five agreements for a first rate, and a bad window between.
        private const double ChangesEnd = 20, WindowSeconds = 2.5;

        // A rate that jumps is followed within the window of the last beats.
        private const double RateFollows = 6.5;

        private HeartState _end;
        private HeartState[] _between = [];

        /// <summary>Seconds into the stretch and the state from then on.</summary>
        public List<(double At, HeartState State)> Changes { get; } = [];

        /// <summary>Messages, those with a rate, those more than 5 bpm off.</summary>
        public int Messages { get; private set; }

        public int Rates { get; private set; }

        public int Wrong { get; private set; }

        /// <summary>Seconds into the stretch of the first, last rate and last wrong rate; NaN without.</summary>
        public double FirstRateAt { get; private set; } = double.NaN;

        public double LastRateAt { get; private set; } = double.NaN;

        public double LastWrongAt { get; private set; } = double.NaN;

        public void Note(double at, HeartReading reading)
        {
            Messages++;
            if (!reading.HasRate)
            {
                return;
            }

            Rates++;
            FirstRateAt = double.IsNaN(FirstRateAt) ? at : FirstRateAt;
            LastRateAt = at;
            if (!worn || Math.Abs(reading.RateBpmX10 / 10.0 - trueBpm) > 5)
            {
                Wrong++;
                LastWrongAt = at;
            }
        }

        /// <summary>Where it must end up, and what may be passed on the way there.</summary>
        public void Ends(HeartState end, params HeartState[] between) => (_end, _between) = (end, between);

        /// <summary>Every change had its reason and came in time; no rate with nobody there, none wrong for longer than it takes to follow.</summary>
        public void Check()
        {
            Assert.Equal(_end, Changes.Count == 0 ? before : Changes[^1].State);
            Assert.All(Changes, c => Assert.Contains(c.State, (HeartState[])[_end, .. _between]));
            Assert.All(Changes, c => Assert.InRange(c.At, 0, ChangesEnd));
            Assert.Distinct(Changes.Where(c => c.State != _end).Select(c => c.State));
            if (!worn)
            {
                Assert.True(double.IsNaN(LastRateAt) || LastRateAt <= WindowSeconds, $"{what}: a rate {LastRateAt:0.0} s after nobody was there");
                return;
            }

            Assert.True(double.IsNaN(LastWrongAt) || LastWrongAt <= RateFollows, $"{what}: a rate more than 5 bpm off after {LastWrongAt:0.0} s");
            if (seconds > ChangesEnd)
            {
                Assert.InRange(FirstRateAt, 0, ChangesEnd);
                Assert.True(LastRateAt >= seconds - 5, $"{what}: no rate after {LastRateAt:0.0} s of {seconds:0} s");
            }
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-22} {seconds / 3600:0.00} h at {trueBpm:0}, {Messages} messages, {Rates} rates ({FirstRateAt:0.0} s to {LastRateAt:0.0} s), {Wrong} wrong (last {LastWrongAt:0.0} s): {string.Join(", ", Changes.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.State} at {c.At:0.0}")))}");
    }
}
