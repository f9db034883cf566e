using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Wearable.Gateway.Conversation;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// One answer of a model, pumped into a queue of sentences by a task of its own, so that a model that hangs, even deaf to cancellation, keeps
/// nobody waiting.
/// </summary>
internal sealed class AnswerStream : IDisposable
{
    private readonly CancellationTokenSource _stop;
    // Full: the model waits, because speaking is slower than making.
    private readonly Channel<string> _sentences = Channel.CreateBounded<string>(16);

    public AnswerStream(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> ask, int maxSentenceChars, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        CancellationToken stop = _stop.Token;
        _ = Task.Run(() => PumpAsync(ask, maxSentenceChars, stop), CancellationToken.None);
    }

    /// <summary>True once anything came.</summary>
    public bool IsAlive { get; private set; }

    /// <summary>Sentences; ends with the model's own failure, when it had one.</summary>
    public ChannelReader<string> Sentences => _sentences.Reader;

    /// <summary>Ends the model's work.</summary>
    public void Dispose()
    {
        // Not disposed: the pump may still look at its token.
        _stop.Cancel();
    }

    private async Task PumpAsync(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> ask, int maxSentenceChars, CancellationToken stop)
    {
        try
        {
            await foreach (string sentence in SentenceSplitter.SplitAsync(HeardAsync(ask(stop), maxSentenceChars, stop), stop).ConfigureAwait(false))
            {
                await _sentences.Writer.WriteAsync(sentence, stop).ConfigureAwait(false);
            }

            _sentences.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _sentences.Writer.TryComplete(e);
        }
    }

    // Without thoughts, and bounded.
    private async IAsyncEnumerable<ChatResponseUpdate> HeardAsync(IAsyncEnumerable<ChatResponseUpdate> updates, int maxSentenceChars, [EnumeratorCancellation] CancellationToken stop)
    {
        ThinkFilter think = new(inside: false);
        int open = 0;
        await foreach (ChatResponseUpdate update in updates.WithCancellation(stop).ConfigureAwait(false))
        {
            IsAlive = true;
            string text = think.Push(update.Text);
            open = text.AsSpan().IndexOfAny(".!?。！？\n") >= 0 ? 0 : open + text.Length;
            if (open > maxSentenceChars)
            {
                throw new InvalidDataException($"an end of sentence within {maxSentenceChars} characters expected, got none");
            }

            if (text.Length > 0)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, text);
            }
        }

        if (think.End() is { Length: > 0 } rest)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, rest);
        }
    }
}
