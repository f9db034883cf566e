using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Wearable.Gateway.Brain.Tools;

/// <summary>
/// Offers tools to a brain until it refuses them: servers answer an error, not words, when a model was not trained for functions. From then on it
/// is asked without, beginning with the question at hand.
/// </summary>
/// <param name="inner">The brain.</param>
/// <param name="log">Hears of the refusal, once.</param>
public sealed class ToolsWhereUnderstood(IChatClient inner, ILogger log) : DelegatingChatClient(inner)
{
    private volatile bool _refused;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> asked = [.. messages];
        bool begun = false;
        IAsyncEnumerator<ChatResponseUpdate> answer = InnerClient.GetStreamingResponseAsync(asked, Offered(options), cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                bool more;
                try
                {
                    more = await answer.MoveNextAsync().ConfigureAwait(false);
                }
                catch (Exception e) when (!begun && Refuses(e, options))
                {
                    await answer.DisposeAsync().ConfigureAwait(false);
                    answer = InnerClient.GetStreamingResponseAsync(asked, Offered(options), cancellationToken).GetAsyncEnumerator(cancellationToken);
                    continue;
                }

                if (!more)
                {
                    yield break;
                }

                begun = true;
                yield return answer.Current;
            }
        }
        finally
        {
            await answer.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    private ChatOptions? Offered(ChatOptions? options)
    {
        if (!_refused || options is null)
        {
            return options;
        }

        ChatOptions without = options.Clone();
        without.Tools = null;
        without.ToolMode = null;
        return without;
    }

    private bool Refuses(Exception e, ChatOptions? options)
    {
        if (_refused || options?.Tools is not { Count: > 0 } || e is OperationCanceledException || !e.Message.Contains("tool", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _refused = true;
        log.LogInformation("the brain takes no tools and is asked without: {Cause}", e.Message.ReplaceLineEndings(" "));
        return true;
    }
}
