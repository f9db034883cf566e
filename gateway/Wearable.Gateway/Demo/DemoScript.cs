using System.Text.RegularExpressions;

namespace Wearable.Gateway.Demo;

/// <summary>One thing the simulated person says and how to tell that it was understood and answered.</summary>
/// <param name="Say">Words, wake word included.</param>
/// <param name="Heard">Matches the transcript when it was understood.</param>
/// <param name="Answer">Matches the answer when it is one.</param>
/// <param name="NeedsPulse">Spoken only once the wearable has published a trusted heart rate.</param>
public sealed record DemoLine(string Say, Regex Heard, Regex Answer, bool NeedsPulse = false);

/// <summary>The conversation of the demo.</summary>
public static partial class DemoScript
{
    /// <summary>What the simulated heart does.</summary>
    public const int PulseBpm = 72;

    /// <summary>All lines in order.</summary>
    public static IReadOnlyList<DemoLine> Lines { get; } =
    [
        new("computer, what time is it?", Time(), OClock()),
        new("computer, tell me a joke.", Joke(), TwoSentences()),
        new("computer, set a timer for ten minutes.", Timer(), TimerRuns()),
        new("computer, what is my heart rate?", Heart(), Beats(), NeedsPulse: true),
        new("computer, how much time is left on the timer?", Left(), Minutes()),
    ];

    [GeneratedRegex("time", RegexOptions.IgnoreCase)]
    private static partial Regex Time();

    [GeneratedRegex(@"^It is \w+.* in the (morning|afternoon|evening)\.$")]
    private static partial Regex OClock();

    [GeneratedRegex("joke", RegexOptions.IgnoreCase)]
    private static partial Regex Joke();

    [GeneratedRegex(@"^[A-Z].*\? [A-Z].*\.$")]
    private static partial Regex TwoSentences();

    [GeneratedRegex("timer.*(ten|10) minutes", RegexOptions.IgnoreCase)]
    private static partial Regex Timer();

    [GeneratedRegex(@"^Your timer of ten minutes is running\.$")]
    private static partial Regex TimerRuns();

    [GeneratedRegex("heart", RegexOptions.IgnoreCase)]
    private static partial Regex Heart();

    [GeneratedRegex(@"^Your heart rate is .*seventy.* beats per minute\.")]
    private static partial Regex Beats();

    [GeneratedRegex("time.*left", RegexOptions.IgnoreCase)]
    private static partial Regex Left();

    [GeneratedRegex(@"^There are nine minutes and .* left\.$")]
    private static partial Regex Minutes();
}
