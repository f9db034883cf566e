using Wearable.Contract;

namespace Wearable.Gateway.Brain.Skills;

/// <summary>Makes the wearable louder or softer.</summary>
public sealed class VolumeSkill : Skill
{
    private const int Step = 15;

    /// <inheritdoc/>
    public override string Name => "volume";

    /// <inheritdoc/>
    public override string Example => "speak louder";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("volume", "louder", "quieter", "softer", "too loud", "too quiet", "speak up", "turn it up", "turn it down");

    /// <inheritdoc/>
    protected override async ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        Question question = context.Question;
        int wanted = context.Session.VolumePercent;
        (int Value, int NextWord)[] numbers = [.. question.Numbers()];
        if (numbers.Length > 0)
        {
            wanted = numbers[0].Value <= 10 && !question.Says("percent") ? numbers[0].Value * 10 : numbers[0].Value;
        }
        else if (question.Says("louder", "up", "too quiet", "higher"))
        {
            wanted += Step;
        }
        else if (question.Says("quieter", "softer", "down", "too loud", "lower"))
        {
            wanted -= Step;
        }

        wanted = Math.Clamp(wanted, 10, 100);
        await context.Sender.SendCommandAsync(context.DeviceId, CommandNames.Volume, new CommandMessage { HasValue = true, Value = wanted }, cancellation).ConfigureAwait(false);
        context.Session.VolumePercent = wanted;
        return [$"My volume is now {SpokenNumber.Words(wanted)} percent."];
    }
}
