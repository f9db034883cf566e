namespace Wearable.Gateway.Brain.Skills;

/// <summary>Hello, thanks, goodbye, stop, and who it is. Never pretends to be a person.</summary>
public sealed class PolitenessSkill : Skill
{
    // In more words than these a "hey" or a "thanks" is part of something else ("... ruin their lives? Hey, I'm an actor, not the lawyer. ...", overheard).
    private const int MostWords = 8;

    /// <inheritdoc/>
    public override string Name => "politeness";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) => Reply(question) is not null;

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) => Say(Reply(context.Question)!);

    private static string? Reply(Question question) => question switch
    {
        { Words.Count: > MostWords } => null,
        _ when question.Says("who are you", "what are you", "your name", "are you real", "are you human", "are you alive")
            => "I am a small computer program in your wearable, not a person. I work at home, without the cloud.",
        _ when question.Says("how are you") => "I am a program, so I am always the same. How are you?",
        _ when question.Says("thank you", "thanks") => "You are welcome.",
        _ when question.Says("stop", "be quiet", "never mind", "nevermind", "shut up") => "Okay.",
        _ when question.Says("good night", "goodbye", "good bye", "bye", "see you") => "Goodbye. Just say my name when you need me.",
        _ when question.Says("hello", "hi", "hey", "good morning", "good evening", "good afternoon") => "Hello. What can I do for you?",
        _ => null,
    };
}
