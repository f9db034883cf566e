using System.Text;
using Microsoft.Extensions.AI;
using Wearable.Gateway.Brain.Tools;
using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// Sums a conversation up in one sentence once it has rested, with the model that led it, and keeps the sentence beside the facts: where it is seen, corrected and
/// deleted like them. Only where remembering is on, so never of a child by default. A question that comes meanwhile ends the work; then there is no summary.
/// </summary>
internal sealed class ConversationSummaries(
    BrainSettings settings, HouseTools tools, TimeProvider time, Func<string, IReadOnlyList<ChatMessage>> historyOf, Func<IChatClient?> model, ILogger log) : IDisposable
{
    private const int MaxOpen = 64; // conversations that wait; above it further ones get no summary
    private const int MaxTokens = 60;
    private const string Wish = "Sum up in one short, plain sentence what the person talked about, in the language they spoke. Only what may help next time; no names of others, no advice.";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ITimer Timer, int Turns)> _open = [];
    private CancellationTokenSource _work = new();
    private bool _ended;

    /// <summary>The model answered a question; its conversation rests from now on.</summary>
    public void Talked(string device)
    {
        lock (_lock)
        {
            if (_ended || !tools.Remembers(device))
            {
                return;
            }

            if (_open.Remove(device, out (ITimer Timer, int Turns) open))
            {
                open.Timer.Dispose();
            }
            else if (_open.Count >= MaxOpen)
            {
                return;
            }

            _open[device] = (time.CreateTimer(_ => Rested(device), null, settings.SummaryAfter, Timeout.InfiniteTimeSpan), open.Turns + 1);
        }
    }

    /// <summary>A question came: a summary under way is given up.</summary>
    public void Interrupt()
    {
        lock (_lock)
        {
            _work.Cancel();
        }
    }

    /// <summary>A wearable is forgotten: nothing of its conversation is written any more.</summary>
    public void Forget(string device)
    {
        lock (_lock)
        {
            _work.Cancel();
            if (_open.Remove(device, out (ITimer Timer, int Turns) open))
            {
                open.Timer.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _work.Cancel();
            foreach ((ITimer timer, _) in _open.Values)
            {
                timer.Dispose();
            }

            _open.Clear();
        }
    }

    private void Rested(string device)
    {
        CancellationToken stop;
        lock (_lock)
        {
            if (!_open.Remove(device, out (ITimer Timer, int Turns) open))
            {
                return;
            }

            open.Timer.Dispose();
            if (open.Turns < settings.SummaryTurns || _ended)
            {
                return;
            }

            if (_work.IsCancellationRequested)
            {
                _work = new CancellationTokenSource(); // the old one may still be looked at, so it is left to the collector
            }

            stop = _work.Token;
        }

        _ = Task.Run(() => SumUpAsync(device, stop), CancellationToken.None);
    }

    private async Task SumUpAsync(string device, CancellationToken stop)
    {
        IReadOnlyList<ChatMessage> talk = historyOf(device);
        if (talk.Count == 0 || model() is not { } brain)
        {
            return;
        }

        try
        {
            StringBuilder told = new();
            foreach (ChatMessage message in talk)
            {
                told.Append(message.Role == ChatRole.User ? "Person: " : "You: ").AppendLine(SpokenData.Of(message.Text));
            }

            ChatResponse response = await brain.GetResponseAsync(
                [new(ChatRole.System, Wish), new(ChatRole.User, told.ToString())], new ChatOptions { MaxOutputTokens = MaxTokens }, stop).WaitAsync(Patience, time, stop).ConfigureAwait(false);
            ThinkFilter think = new(inside: false);
            string sentence = SpokenData.Of((think.Push(response.Text) + think.End()).ReplaceLineEndings(" ")).Trim();
            stop.ThrowIfCancellationRequested();
            if (sentence.Any(char.IsLetter) && AnswerCheck.Problem(sentence) is null)
            {
                tools.Summarise(device, sentence);
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested || e is TimeoutException or InvalidOperationException or HttpRequestException or IOException or OperationCanceledException)
        {
            log.LogInformation("no summary of a conversation with {Device}: {Type}", device, e.GetType().Name); // never its words
        }
    }
}
