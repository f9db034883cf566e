namespace Wearable.Gateway.Brain.Skills;

/// <summary>Short jokes fit for children.</summary>
public sealed class JokeSkill : Skill
{
    private static readonly string[][] Jokes =
    [
        ["Why did the robot take a nap?", "Because its battery was on a short break."],
        ["What do you call a bear with no teeth?", "A gummy bear."],
        ["Why did the clock go to school early?", "It wanted to be on time."],
        ["What does a cloud wear under its coat?", "Thunder wear."],
        ["Why was the computer so cold?", "It left its windows open."],
        ["How does the moon cut its hair?", "It eclipses it."],
    ];

    /// <inheritdoc/>
    public override string Name => "joke";

    /// <inheritdoc/>
    public override string Example => "tell me a joke";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) => question.Says("joke", "jokes", "make me laugh", "something funny");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) =>
        Say(Jokes[context.Session.Served++ % Jokes.Length]);
}
