namespace Wearable.Gateway.Brain.Skills;

/// <summary>Says what one may ask.</summary>
/// <param name="skills">All skills, looked up when first asked.</param>
public sealed class HelpSkill(Func<IEnumerable<ISkill>> skills) : Skill
{
    /// <inheritdoc/>
    public override string Name => "help";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("help", "what can you do", "what can i ask", "what can i say", "what do you know");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) =>
        Say(["You can say for example:", .. skills().Select(s => s.Example).Where(e => e.Length > 0).Take(6).Select(e => e + ".")]);
}
