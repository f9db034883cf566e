using Microsoft.Extensions.AI;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Brain;

/// <summary>
/// What people and agents have the house say and ask it beside a wearable's own microphone: the tool, the API and the MCP server alike. Both ways
/// pass the same safety gate as everything else that is said here. Nothing here opens a microphone.
/// </summary>
public sealed class HouseVoice(IServiceProvider services)
{
    /// <summary>Longest text to say or ask, characters.</summary>
    public const int MaxTextChars = 300;

    private static readonly TimeSpan ThinkingLimit = TimeSpan.FromSeconds(60);

    /// <summary>What came of it.</summary>
    public enum Outcome
    {
        /// <summary>Said, or answered.</summary>
        Done,

        /// <summary>The wearable is away or busy, or the safety rules refuse the text.</summary>
        NotSaid,

        /// <summary>This gateway runs without voice or brain.</summary>
        Missing,

        /// <summary>The text is none that can be said or asked.</summary>
        WrongText,
    }

    /// <summary>What came of it, and the answer or why not.</summary>
    public sealed record Result(Outcome Outcome, string Text);

    /// <summary>Says something aloud through a wearable once nobody is talking with it; waits up to a minute.</summary>
    public async Task<Result> SayAsync(string deviceId, string text, CancellationToken cancellation)
    {
        if (Clean(text) is not string said)
        {
            return Wrong;
        }

        return services.GetService<IAnnouncer>() is not IAnnouncer announcer
            ? new Result(Outcome.Missing, "this gateway runs without voice")
            : await announcer.AnnounceAsync(deviceId, said, cancellation).ConfigureAwait(false)
                ? new Result(Outcome.Done, "Said.")
                : new Result(Outcome.NotSaid, "Not said: the wearable is away or busy, or the safety rules refuse the text.");
    }

    /// <summary>Asks the house's brain on behalf of a wearable: its safety settings hold, timers and settings it is asked for happen. Nothing is spoken.</summary>
    public async Task<Result> AskAsync(string deviceId, string question, string source, CancellationToken cancellation)
    {
        if (Clean(question) is not string asked)
        {
            return Wrong;
        }

        if (services.GetService<IChatClient>() is not IChatClient brain || services.GetService<ISafetyGate>() is not ISafetyGate safety)
        {
            return new Result(Outcome.Missing, "this gateway runs without a brain");
        }

        SafetyVerdict heard = safety.CheckHeard(deviceId, asked);
        if (!heard.Allows)
        {
            return new Result(Outcome.Done, heard.Reply);
        }

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ThinkingLimit);
        ChatMessage[] messages = [new(ChatRole.System, safety.PolicyFor(deviceId)), new(ChatRole.User, SpokenData.Of(asked))];
        List<string> answer = [];
        await foreach (string sentence in SentenceSplitter.SplitAsync(brain.GetStreamingResponseAsync(messages, BrainContext.Options(deviceId, source), patience.Token), patience.Token).ConfigureAwait(false))
        {
            SafetyVerdict verdict = safety.CheckAnswer(deviceId, sentence);
            answer.Add(verdict.Allows ? sentence : verdict.Reply);
            if (!verdict.Allows)
            {
                break;
            }
        }

        return new Result(Outcome.Done, string.Join(' ', answer));
    }

    /// <summary>Speaks an answer, which may be longer than what is said unasked; false when it could not be said.</summary>
    public Task<bool> SpeakAsync(string deviceId, string answer, CancellationToken cancellation) =>
        services.GetService<IAnnouncer>()?.AnnounceAsync(deviceId, answer, cancellation) ?? Task.FromResult(false);

    private static Result Wrong { get; } = new(Outcome.WrongText, $"text: 1 to {MaxTextChars} characters on one line expected");

    private static string? Clean(string? text) => text?.Trim() is { Length: > 0 and <= MaxTextChars } good && !good.Any(char.IsControl) ? good : null;
}
