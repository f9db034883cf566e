namespace Wearable.Gateway.Brain.Skills;

/// <summary>Short stories of our own.</summary>
public sealed class StorySkill : Skill
{
    private static readonly string[][] Stories =
    [
        [
            "Once there was a little bear who was afraid of the dark.",
            "One night the moon looked through the window and said, I am only small, but I shine for everyone.",
            "So the bear lit a tiny lantern for the mouse next door, who was afraid too.",
            "And because they both had light, neither of them was afraid any more.",
        ],
        [
            "A paper boat once wanted to see the sea.",
            "It sailed down the street after the rain, past the shops and under the bridge.",
            "When it grew tired, a duck carried it on her back.",
            "At the sea the boat said, the best part was the company.",
        ],
        [
            "There was a robot that counted everything.",
            "It counted steps, stars and spoons, but it could not count a hug.",
            "So it asked a child for one, and then for one more.",
            "Since then it says, some things are not for counting.",
        ],
    ];

    /// <inheritdoc/>
    public override string Name => "story";

    /// <inheritdoc/>
    public override string Example => "tell me a story";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) => question.Says("story", "stories", "fairy tale", "bedtime");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) =>
        Say(Stories[context.Session.Served++ % Stories.Length]);
}
