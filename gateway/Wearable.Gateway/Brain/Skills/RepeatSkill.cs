namespace Wearable.Gateway.Brain.Skills;

/// <summary>Repeats what was said, or its own last answer.</summary>
public sealed class RepeatSkill : Skill
{
    /// <inheritdoc/>
    public override string Name => "repeat";

    /// <inheritdoc/>
    public override string Example => "repeat after me, hello world";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("repeat after me", "say after me", "say that again", "repeat that", "can you repeat");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        if (context.Question.After("repeat after me", "say after me") is string words)
        {
            return Say(words + ".");
        }

        return Say(context.Session.LastAnswer.Length > 0 ? context.Session.LastAnswer : "I have not said anything yet.");
    }
}
