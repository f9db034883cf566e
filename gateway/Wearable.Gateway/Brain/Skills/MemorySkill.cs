using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Brain.Skills;

/// <summary>Remembers a fact where that is allowed, tells what it remembers, forgets everything.</summary>
public sealed class MemorySkill(FactMemory memory, SafetySettings safety) : Skill
{
    private const int Told = 5;

    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Example => "remember that my bear is called Bruno";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) => question.Says("remember", "forget", "remembered");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        Question question = context.Question;
        if (question.Says("forget"))
        {
            int count = memory.Forget(context.DeviceId);
            return Say(count == 0 ? "There was nothing to forget." : $"I forgot {Facts(count)}.");
        }

        if (question.Says("what do you remember", "do you remember", "what did you remember", "you remember about"))
        {
            IReadOnlyList<string> facts = memory.Of(context.DeviceId);
            return facts.Count == 0
                ? Say("I remember nothing.", "Say remember that, and then what I should keep.")
                : Say([$"I remember {Facts(facts.Count)}.", .. facts.TakeLast(Told).Select(f => f + ".")]);
        }

        string? fact = question.After("remember that", "remember");
        if (fact is null)
        {
            return Say("What should I remember?");
        }

        if (!safety.Of(context.DeviceId).Remembers)
        {
            return Say("I do not keep things for children.", "A grown up can allow it.");
        }

        memory.Add(context.DeviceId, fact);
        return Say($"I will remember that {fact}.");
    }

    private static string Facts(int count) => count == 1 ? "one thing" : SpokenNumber.Words(count) + " things";
}
