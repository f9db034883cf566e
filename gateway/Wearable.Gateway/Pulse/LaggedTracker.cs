using Wearable.Contract;
using Wearable.Firmware.Heart;

namespace Wearable.Gateway.Pulse;

/// <summary>The wearable's motion tracker fed from its messages, with look-back: each answer is for a window that ended some windows ago. A gap makes it begin anew.</summary>
/// <param name="lookBackWindows">Windows of 2 s an answer comes late.</param>
public sealed class LaggedTracker(int lookBackWindows)
{
    private const double PeriodMs = 10_000.0 / MotionMessage.RateDeciHz;
    private readonly MotionTracker _tracker = new(lookBackWindows, oneLight: false);
    private readonly Queue<(DateTimeOffset EndsAt, int PeakMilli, int MotionMilliG)> _waiting = new();
    private long _next = -1;

    /// <summary>An answer.</summary>
    /// <param name="EndsAt">When its window of 8 s ended.</param>
    /// <param name="RateBpmX10">Its rate.</param>
    /// <param name="PeakMilli">How much the followed rate stood out when the window was new, 0-1000.</param>
    /// <param name="MotionMilliG">Movement in it.</param>
    public sealed record Window(DateTimeOffset EndsAt, int RateBpmX10, int PeakMilli, int MotionMilliG);

    /// <summary>Takes the next message.</summary>
    /// <param name="message">In order; its last instant is of <paramref name="at"/>.</param>
    /// <param name="at">When it came.</param>
    /// <returns>The answers that are complete now.</returns>
    public IReadOnlyList<Window> Take(MotionMessage message, DateTimeOffset at)
    {
        if (message.Index != _next)
        {
            _tracker.Reset();
            _waiting.Clear();
        }

        _next = (long)message.Index + message.Count;
        List<Window> answers = [];
        for (int i = 0; i < message.Count; i++)
        {
            if (!_tracker.Push(message.Light1[i], message.Light2[i], message.X[i], message.Y[i], message.Z[i]))
            {
                continue;
            }

            while (!_tracker.Step())
            {
            }

            _waiting.Enqueue((at.AddMilliseconds(-(message.Count - 1 - i) * PeriodMs), _tracker.PeakMilli, _tracker.MotionMilliG));
            if (_waiting.Count > lookBackWindows)
            {
                (DateTimeOffset endsAt, int peak, int motion) = _waiting.Dequeue();
                answers.Add(new Window(endsAt, _tracker.RateBpmX10, peak, motion));
            }
        }

        return answers;
    }
}
