using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Wearable.Gateway.Brain;

/// <summary>A brain with a door: at most so many questions are inside. One more is turned away at once, and its turn says so.</summary>
/// <param name="inner">The brain.</param>
/// <param name="most">Questions inside.</param>
public sealed class BoundedChatClient(IChatClient inner, int most = BoundedChatClient.UsualMost) : DelegatingChatClient(inner)
{
    /// <summary>A question may wait 8 s for its first sentence; a model on one machine makes hardly more than two a second.</summary>
    public const int UsualMost = 16;

    private int _inside;

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            return await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    private void Enter()
    {
        if (Interlocked.Increment(ref _inside) > most)
        {
            Interlocked.Decrement(ref _inside);
            throw new InvalidOperationException($"brain: at most {most} questions may wait, got one more");
        }
    }
}
