using Wearable.Meter;

namespace Wearable.Gateway.Talk;

/// <summary>
/// The long press of a wearable's button, which mutes it or ends that: held until it shows. One that did nothing is let go and pressed anew, and between
/// two of them the button is up for long enough to be seen up.
/// </summary>
public sealed class LongPress(ILiveWearable wearable, TimeProvider time)
{
    /// <summary>Between two long presses the button is up for so long, or a held-up firmware sees one.</summary>
    public static readonly TimeSpan UpBetween = TimeSpan.FromMilliseconds(200);

    /// <summary>It takes one second of the chip's own time; one that showed nothing after this is tried anew.</summary>
    public static readonly TimeSpan WorksWithin = TimeSpan.FromSeconds(3);

    private bool _isDown;
    private long? _movedAt;
    private bool? _toMuted;

    /// <summary>Asks for one; while another is on its way that one is meant.</summary>
    public void Begin()
    {
        string mode = wearable.Reading.Mode;
        _toMuted ??= mode != "muted";
        Step(mode);
    }

    /// <summary>Does what is due.</summary>
    /// <param name="mode">What the wearable is doing.</param>
    public void Step(string mode)
    {
        if (_toMuted is bool muted && (mode == "muted") == muted)
        {
            _toMuted = null;
        }

        bool down = _toMuted is not null && (_isDown ? !HasStoodFor(WorksWithin) : HasStoodFor(UpBetween));
        if (down != _isDown)
        {
            (_isDown, _movedAt) = (down, time.GetTimestamp());
            wearable.Press(down);
        }
    }

    private bool HasStoodFor(TimeSpan span) => _movedAt is not long since || time.GetElapsedTime(since) >= span;
}
