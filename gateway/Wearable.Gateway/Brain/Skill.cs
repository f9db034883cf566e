namespace Wearable.Gateway.Brain;

/// <summary>A skill whose answer is made at once.</summary>
public abstract class Skill : ISkill
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual string Example => "";

    /// <inheritdoc/>
    public abstract bool Knows(Question question, SkillSession session);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> AnswerAsync(SkillContext context, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (string sentence in await MakeAsync(context, cancellation).ConfigureAwait(false))
        {
            yield return sentence;
        }
    }

    /// <summary>Makes the sentences.</summary>
    protected abstract ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation);

    /// <summary>An answer of fixed sentences.</summary>
    protected static ValueTask<IReadOnlyList<string>> Say(params string[] sentences) => new(sentences);
}
