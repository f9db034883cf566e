namespace Wearable.Gateway.Brain.Skills;

/// <summary>Time and date where the owner lives.</summary>
public sealed class ClockSkill : Skill
{
    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    /// <inheritdoc/>
    public override string Name => "clock";

    /// <inheritdoc/>
    public override string Example => "what time is it";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("what time", "the time", "time is it", "what date", "the date", "what day", "which day", "todays date", "day is it", "date is it");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        DateTimeOffset now = context.LocalNow;
        return context.Question.Says("date", "day", "todays date")
            ? Say($"Today is {now.DayOfWeek}, {Months[now.Month - 1]} the {SpokenNumber.Ordinal(now.Day)}.")
            : Say($"It is {SpokenNumber.Time(TimeOnly.FromDateTime(now.DateTime))}.");
    }
}
