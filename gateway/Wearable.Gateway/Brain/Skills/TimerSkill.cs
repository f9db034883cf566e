namespace Wearable.Gateway.Brain.Skills;

/// <summary>Starts, tells and stops timers.</summary>
public sealed class TimerSkill(TimerService timers) : Skill
{
    /// <inheritdoc/>
    public override string Name => "timer";

    /// <inheritdoc/>
    public override string Example => "set a timer for five minutes";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("timer", "timers", "countdown", "wake me in", "remind me in", "how much time is left", "how long is left", "alarm");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        Question question = context.Question;
        if (question.Says("cancel", "stop", "delete", "clear", "remove"))
        {
            int count = timers.Cancel(context.DeviceId);
            return Say(count == 0 ? "There is no timer running." : count == 1 ? "Your timer is cancelled." : $"All {SpokenNumber.Words(count)} timers are cancelled.");
        }

        TimeSpan length = LengthOf(question);
        if (length > TimeSpan.Zero)
        {
            return Start(context.DeviceId, length);
        }

        IReadOnlyList<TimeSpan> left = timers.Left(context.DeviceId);
        if (question.Says("left", "how long", "how much", "remaining"))
        {
            return Say(left.Count == 0 ? "There is no timer running." : $"There are {SpokenNumber.Duration(left[0])} left.");
        }

        return Say("For how long?", "Say for example, set a timer for five minutes.");
    }

    private ValueTask<IReadOnlyList<string>> Start(string deviceId, TimeSpan length)
    {
        if (length > TimerService.Longest)
        {
            return Say("My longest timer is twenty four hours.");
        }

        return timers.TryStart(deviceId, length)
            ? Say($"Your timer of {SpokenNumber.Duration(length)} is running.")
            : Say("Five timers are running already, that is all I can keep.");
    }

    private static TimeSpan LengthOf(Question question)
    {
        TimeSpan length = TimeSpan.Zero;
        foreach ((int value, int next) in question.Numbers())
        {
            string unit = next < question.Words.Count ? question.Words[next] : "";
            length += unit switch
            {
                "second" or "seconds" => TimeSpan.FromSeconds(value),
                "hour" or "hours" => TimeSpan.FromHours(value),
                "minute" or "minutes" or "minuets" => TimeSpan.FromMinutes(value),
                _ => TimeSpan.Zero,
            };
        }

        return length;
    }
}
