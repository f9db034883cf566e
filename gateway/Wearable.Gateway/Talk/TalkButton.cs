using Wearable.Meter;

namespace Wearable.Gateway.Talk;

/// <summary>
/// The wearable's one button, held by a browser: going down is a short press that begins a turn, letting go is another that ends its speech. While it
/// still thinks or speaks the first press only ends that, so one more follows. Letting go presses nothing when the gateway has heard the end already:
/// the answer would be lost. Looked at every <see cref="TalkSession.StepEvery"/>.
/// </summary>
public sealed class TalkButton(ILiveWearable wearable, TimeProvider time)
{
    /// <summary>A press that did nothing is repeated after this: the firmware looks every 20 ms.</summary>
    public static readonly TimeSpan PressWorksWithin = TimeSpan.FromMilliseconds(400);

    /// <summary>Sound said before letting go is heard before the speech ends, but not longer than this.</summary>
    public static readonly TimeSpan HearsRestWithin = TimeSpan.FromMilliseconds(600);

    private readonly LongPress _longPress = new(wearable, time);
    private Stage _stage;
    private long _since;
    private string _pressedIn = "";

    private enum Stage
    {
        Up,
        Begins,
        Talks,
        Ends,
    }

    /// <summary>Whether the button is held: sound is expected.</summary>
    public bool IsHeld => _stage is Stage.Begins or Stage.Talks;

    /// <summary>Somebody holds it.</summary>
    public void Hold()
    {
        _pressedIn = "";
        Go(Stage.Begins);
    }

    /// <summary>It is let go.</summary>
    public void LetGo()
    {
        if (IsHeld)
        {
            wearable.HearNoMore();
            Go(Stage.Ends);
        }
    }

    /// <summary>The long press: muted, or no longer muted.</summary>
    public void Mute() => _longPress.Begin();

    /// <summary>Does what is due.</summary>
    /// <param name="mode">What the wearable is doing.</param>
    public void Step(string mode)
    {
        _longPress.Step(mode);
        switch (_stage)
        {
            case Stage.Begins when mode == "streaming":
                Go(Stage.Talks);
                break;
            case Stage.Begins when mode != "muted" && (_pressedIn != mode || IsOver(PressWorksWithin)):
                _pressedIn = mode;
                _since = time.GetTimestamp();
                wearable.Tap();
                break;
            case Stage.Ends when mode != "streaming" && IsOver(HearsRestWithin):
                Go(Stage.Up);
                break;
            case Stage.Ends when mode == "streaming" && (wearable.HeardAll || IsOver(HearsRestWithin)):
                wearable.Tap();
                Go(Stage.Up);
                break;
        }
    }

    private bool IsOver(TimeSpan span) => time.GetElapsedTime(_since) > span;

    private void Go(Stage stage)
    {
        _stage = stage;
        _since = time.GetTimestamp();
    }
}
