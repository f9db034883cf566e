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

    /// <summary>Said to the first wearable, in order.</summary>
    public static IReadOnlyList<DemoLine> Lines { get; } =
    [
        new("computer, what time is it?", Time(), OClock()),
        new("computer, tell me a joke.", Joke(), TwoSentences()),
        new("computer, set a timer for ten minutes.", Timer(), TimerRuns()),
        new("computer, what is my heart rate?", Heart(), Beats(), NeedsPulse: true),
        new("computer, how much time is left on the timer?", Left(), Minutes()),
    ];

    /// <summary>Said to the second wearable, in order, at the same time.</summary>
    public static IReadOnlyList<DemoLine> SecondLines { get; } =
    [
        new("computer, what day is it today?", Day(), IsADay()),
        new("computer, what is your name?", YourName(), Program()),
        new("computer, ask me a riddle.", Riddle(), Question()),
        new("computer, tell me the answer.", Answer(), TheAnswer()),
        new("computer, say hello.", Hello(), Greets()),
    ];

    /// <summary>Said where both wearables hear it; one answers.</summary>
    public static DemoLine SharedLine { get; } = new("computer, what time is it?", Time(), OClock());

    [GeneratedRegex("time", RegexOptions.IgnoreCase)]
    private static partial Regex Time();

    [GeneratedRegex("day", RegexOptions.IgnoreCase)]
    private static partial Regex Day();

    [GeneratedRegex("(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day")]
    private static partial Regex IsADay();

    [GeneratedRegex("name", RegexOptions.IgnoreCase)]
    private static partial Regex YourName();

    [GeneratedRegex("program")]
    private static partial Regex Program();

    [GeneratedRegex("riddle", RegexOptions.IgnoreCase)]
    private static partial Regex Riddle();

    [GeneratedRegex(@"\?")]
    private static partial Regex Question();

    [GeneratedRegex("answer", RegexOptions.IgnoreCase)]
    private static partial Regex Answer();

    [GeneratedRegex("^The answer is: ")]
    private static partial Regex TheAnswer();

    [GeneratedRegex("hello", RegexOptions.IgnoreCase)]
    private static partial Regex Hello();

    [GeneratedRegex("^Hello")]
    private static partial Regex Greets();

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
