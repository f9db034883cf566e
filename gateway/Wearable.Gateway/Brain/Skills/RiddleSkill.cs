namespace Wearable.Gateway.Brain.Skills;

/// <summary>Asks a riddle and, when asked again, gives its answer.</summary>
public sealed class RiddleSkill : Skill
{
    private static readonly (string Riddle, string Solution, string Key)[] Riddles =
    [
        ("What has hands but can not clap?", "A clock.", "clock"),
        ("What gets wetter the more it dries?", "A towel.", "towel"),
        ("What has many keys but opens no door?", "A piano.", "piano"),
        ("What goes up but never comes down?", "Your age.", "age"),
    ];

    /// <inheritdoc/>
    public override string Name => "riddle";

    /// <inheritdoc/>
    public override string Example => "ask me a riddle";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("riddle", "riddles") || (session.OpenRiddle >= 0 && (question.Says("answer", "solution", "give up", "what is it", "i dont know") || question.Says(Riddles[session.OpenRiddle].Key)));

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        SkillSession session = context.Session;
        if (session.OpenRiddle >= 0 && !context.Question.Says("another riddle", "new riddle"))
        {
            (_, string solution, string key) = Riddles[session.OpenRiddle];
            session.OpenRiddle = -1;
            return context.Question.Says(key) ? Say("That is right!", solution) : Say($"The answer is: {solution}");
        }

        session.OpenRiddle = session.Served++ % Riddles.Length;
        return Say(Riddles[session.OpenRiddle].Riddle, "Tell me your guess, or ask for the answer.");
    }
}
