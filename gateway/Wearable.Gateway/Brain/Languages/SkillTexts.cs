namespace Wearable.Gateway.Brain.Languages;

/// <summary>What skills understand and say in one language, as data. A pattern is found anywhere in the question, without signs and spaces.</summary>
public sealed record SkillTexts(ClockTexts Clock, HeartTexts Heart, TimerTexts Timer, VolumeTexts Volume, MemoryTexts Memory, IReadOnlyList<TalkTexts> Talk)
{
    /// <summary>Numbers as digits or, with <c>han</c>, as Chinese characters.</summary>
    public string Numbers { get; init; } = "digits";

    /// <summary>Words that are numbers, beside digits; for <c>han</c> none are needed.</summary>
    public IReadOnlyDictionary<string, int> NumberWords { get; init; } = new Dictionary<string, int>();
}

/// <summary>Time and date. In the sentences stand {part}, {hour}, {minute}, {month}, {day} and {weekday}.</summary>
/// <param name="AsksTime">Patterns.</param>
/// <param name="AsksDate">Patterns.</param>
/// <param name="Time">Sentence with a minute.</param>
/// <param name="FullHour">Sentence at a full hour.</param>
/// <param name="Date">Sentence.</param>
/// <param name="Parts">First hour of each part of the day, with its name; where there are none the hours go to 23.</param>
/// <param name="Months">Twelve names.</param>
/// <param name="Weekdays">Seven names from Sunday.</param>
public sealed record ClockTexts(
    IReadOnlyList<string> AsksTime, IReadOnlyList<string> AsksDate, string Time, string FullHour, string Date,
    IReadOnlyDictionary<int, string> Parts, IReadOnlyList<string> Months, IReadOnlyList<string> Weekdays);

/// <summary>The pulse. {n} is the rate; each state of the sensor without a trusted rate has its sentence.</summary>
public sealed record HeartTexts(IReadOnlyList<string> Asks, string Rate, string Disclaimer, string Nothing, IReadOnlyDictionary<string, string> States, string Lost);

/// <summary>Timers. {length} is a length of time; <paramref name="Half"/> may stand before or behind a unit, a measure between number and unit.</summary>
public sealed record TimerTexts(
    IReadOnlyList<string> Asks, IReadOnlyList<string> AsksCancel, IReadOnlyList<string> AsksLeft, IReadOnlyDictionary<string, int> Units, string Half, string Measure,
    string Hour, string Minute, string Second, string Started, string Done, string None, string Cancelled, string Left, string HowLong, string TooLong, string TooMany);

/// <summary>Volume. {n} is the volume in percent.</summary>
public sealed record VolumeTexts(IReadOnlyList<string> Asks, IReadOnlyList<string> AsksUp, IReadOnlyList<string> AsksDown, string Said);

/// <summary>Memory. {fact} is what is kept, {n} how many facts there are.</summary>
public sealed record MemoryTexts(
    IReadOnlyList<string> Asks, IReadOnlyList<string> AsksForget, IReadOnlyList<string> AsksRecall, string Kept, string Nothing, string Recalled, string Forgotten, string NotForChildren);

/// <summary>Fixed answers: help, hello, thanks, who are you.</summary>
public sealed record TalkTexts(string Name, IReadOnlyList<string> Asks, IReadOnlyList<string> Says);
