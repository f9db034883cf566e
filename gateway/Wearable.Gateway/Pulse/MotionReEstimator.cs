using System.Collections.Concurrent;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Pulse;

/// <summary>
/// Finds the rate in motion again from light and acceleration that a wearable streams: the wearable's own tracker, looking back 10 s. What it
/// finds is stored beside the live value, never in its place, and only for times in which the wearable itself felt somebody moving: where it
/// said that nobody is there, that it is dazzled or that it has only just begun, no number is made here either, nor without a motion sensor.
/// </summary>
public sealed class MotionReEstimator(StoreWriter writer) : IDeviceListener, IForgets
{
    /// <summary>Windows of 2 s an answer comes late.</summary>
    public const int LookBackWindows = 5;

    private readonly ConcurrentDictionary<string, Wrist> _wrists = new();

    /// <inheritdoc/>
    public async ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        switch (report.Message)
        {
            case HeartMessage heart:
                _wrists.GetOrAdd(report.DeviceId, _ => new Wrist()).Note(report.ReceivedAt, HeartMessage.States[heart.State]);
                break;
            case MotionMessage motion:
                foreach (Answer answer in _wrists.GetOrAdd(report.DeviceId, _ => new Wrist()).Take(motion, report.ReceivedAt))
                {
                    StoreRow row = StoreRow.Add(
                        StoreTable.HeartAgain, report.DeviceId, answer.At.ToUnixTimeMilliseconds(), answer.RateBpmX10, answer.Quality, answer.State, answer.MotionMilliG,
                        (int)(report.ReceivedAt - answer.At).TotalMilliseconds);
                    await writer.AddAsync(row, cancellation).ConfigureAwait(false);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        _wrists.TryRemove(deviceId, out _);
        return ValueTask.CompletedTask;
    }

    private sealed record Answer(DateTimeOffset At, int RateBpmX10, int Quality, int MotionMilliG, string State);

    // Messages of one wearable come one after another, but lanes may change threads.
    private sealed class Wrist
    {
        private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(60);
        private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
        private readonly Lock _gate = new();
        private readonly LaggedTracker _tracker = new(LookBackWindows);
        private readonly Queue<(DateTimeOffset At, string State)> _states = new();

        public void Note(DateTimeOffset at, string state)
        {
            lock (_gate)
            {
                _states.Enqueue((at, state));
                while (at - _states.Peek().At > Remembered)
                {
                    _states.Dequeue();
                }
            }
        }

        public List<Answer> Take(MotionMessage message, DateTimeOffset at)
        {
            lock (_gate)
            {
                List<Answer> answers = [];
                foreach (LaggedTracker.Window window in _tracker.Take(message, at))
                {
                    // No acceleration at all is no motion sensor: a stride would be taken for the pulse.
                    if (window.MotionMilliG > 0 && StateAt(window.EndsAt) is ("motion" or "lost") and string state)
                    {
                        answers.Add(new Answer(window.EndsAt, window.RateBpmX10, Math.Clamp(window.PeakMilli / 10, 0, 100), Math.Min(window.MotionMilliG, 16000), state));
                    }
                }

                return answers;
            }
        }

        // What the wearable said last before that moment, if it spoke within 10 s.
        private string? StateAt(DateTimeOffset moment)
        {
            string? state = null;
            foreach ((DateTimeOffset at, string said) in _states)
            {
                if (at <= moment && moment - at <= Fresh)
                {
                    state = said;
                }
            }

            return state;
        }
    }
}
