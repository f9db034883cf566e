using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Wearable.Gateway.Brain.Tools;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// Skills first, because they know this house and answer at once; then the larger model; and when that is missing, slow, broken or hangs, one
/// honest sentence and whatever the skills know.
/// </summary>
public sealed class BrainChain : IChatClient, IForgets
{
    private readonly string _name;
    private readonly Func<CancellationToken, Task<IChatClient>> _load;
    private readonly SkillsChatClient _skills;
    private readonly HouseTools _tools;
    private readonly BrainSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ChatHistory _history;
    private readonly ConversationSummaries _summaries;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private Task<IChatClient> _model;
    private DateTimeOffset _restUntil;
    private int _failures;

    /// <summary>Makes the chain and begins to load the model.</summary>
    /// <param name="name">The model's name for the log.</param>
    /// <param name="load">Loads it; a failure is told, and tried again after a rest.</param>
    /// <param name="skills">The brain that always works.</param>
    /// <param name="tools">What the model may do.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="time">Clock of all limits.</param>
    /// <param name="log">Hears the cause of every failure, never words of a conversation.</param>
    public BrainChain(string name, Func<CancellationToken, Task<IChatClient>> load, SkillsChatClient skills, HouseTools tools, BrainSettings settings, TimeProvider time, ILogger<BrainChain> log)
    {
        _name = name;
        _load = load;
        _skills = skills;
        _tools = tools;
        _settings = settings;
        _time = time;
        _log = log;
        _history = new ChatHistory(settings.HistoryMessages, settings.ForgetAfter, time);
        _summaries = new ConversationSummaries(settings, tools, time, device => _history.Of(device), () => Model(out _), log);
        _model = LoadAsync();
    }

    /// <summary>Ends when the model is loaded; throws what kept it from loading.</summary>
    public Task Loaded => _model;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        _summaries.Interrupt(); // the person comes first
        List<ChatMessage> asked = [.. messages];
        string device = BrainContext.DeviceOf(options), question = asked.LastOrDefault(m => m.Role == ChatRole.User)?.Text ?? "";
        ISkill? skill = _skills.SkillFor(question, device);
        StringBuilder answer = new();
        string cause = "";
        if (skill is null || _settings.ModelFirst.Contains(skill.Name))
        {
            int said = 0;
            await foreach ((string? sentence, string failure) in ModelAsync(asked, device, options, cancellationToken).ConfigureAwait(false))
            {
                cause = failure;
                if (sentence is not null)
                {
                    bool filler = sentence == _settings.Sayings.LetMeThink;
                    said += filler ? 0 : 1;
                    answer.Append(answer.Length == 0 || filler ? "" : " ").Append(filler ? "" : sentence);
                    yield return Sentence(sentence);
                }
            }

            if (cause.Length == 0)
            {
                _history.Add(device, question, answer.ToString());
                _summaries.Talked(device);
                yield break;
            }

            if (said > 0)
            {
                yield return Sentence(_settings.Sayings.LostRest);
                yield break;
            }

            yield return Sentence(Honest(cause, skill is not null));
            if (skill is null)
            {
                yield break;
            }
        }

        await foreach (ChatResponseUpdate update in _skills.GetStreamingResponseAsync(asked, options, cancellationToken).ConfigureAwait(false))
        {
            answer.Append(update.Text);
            yield return update;
        }

        _history.Add(device, question, answer.ToString().Trim());
    }

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("wearable", null, "chain")
        : serviceType.IsInstanceOfType(this) ? this : _skills.GetService(serviceType);

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        _summaries.Forget(deviceId);
        _history.Forget(deviceId);
        return _skills.ForgetAsync(deviceId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Cancel();
        _summaries.Dispose();
        // A model that still loads is disposed when it is there; nobody waits for it.
        _ = _model.ContinueWith(loaded => loaded.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    // Sentences, each with an empty cause; last, where it failed, no sentence and the cause.
    private async IAsyncEnumerable<(string? Sentence, string Cause)> ModelAsync(
        List<ChatMessage> asked, string device, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Model(out string notReady) is not { } model)
        {
            yield return (null, notReady);
            yield break;
        }

        // The policy of the moment stands behind the persona, whose cache so stays good, and before what was said earlier.
        List<ChatMessage> policy = [.. asked.Where(m => m.Role == ChatRole.System)], talk = [.. asked.Where(m => m.Role != ChatRole.System)];
        List<ChatMessage> whole = [new(ChatRole.System, _settings.Persona), .. policy, .. Reminders(device), .. talk.Count == 1 ? _history.Of(device) : [], .. talk];
        ChatOptions own = Own(options, device);
        using AnswerStream stream = new(stop => model.GetStreamingResponseAsync(whole, own, stop), _settings.MaxSentenceChars, cancellation);
        TimeSpan wait = _settings.FirstSentence;
        bool announced = false;
        int said = 0;
        while (true)
        {
            (string? sentence, string cause) = await NextAsync(stream, wait, cancellation).ConfigureAwait(false);
            if (cause == Late && stream.IsAlive && said == 0 && !announced)
            {
                announced = true;
                wait = _settings.LastFirstSentence - _settings.FirstSentence;
                yield return (_settings.Sayings.LetMeThink, "");
                continue;
            }

            if (sentence is not null && AnswerCheck.Problem(sentence) is { } noise)
            {
                (sentence, cause) = (null, "words expected, got " + noise);
            }

            if (sentence is null)
            {
                cause = cause.Length == 0 && said == 0 ? "an answer expected, got none" : cause;
                Count(cause == Late ? $"{(said == 0 ? "first" : "next")} sentence expected within {wait.TotalSeconds:0.#} s, got {(stream.IsAlive ? "none" : "nothing at all")}" : cause);
                if (cause.Length > 0)
                {
                    yield return (null, cause);
                }

                yield break;
            }

            said++;
            wait = _settings.NextSentence;
            yield return (sentence, "");
        }
    }

    private const string Late = "late", NotReady = "not ready";

    private async Task<(string? Sentence, string Cause)> NextAsync(AnswerStream stream, TimeSpan wait, CancellationToken cancellation)
    {
        try
        {
            // Only waits and takes nothing: a sentence that comes too late for this wait must be there for the next.
            bool more = await stream.Sentences.WaitToReadAsync(cancellation).AsTask().WaitAsync(wait, _time, cancellation).ConfigureAwait(false);
            return (more && stream.Sentences.TryRead(out string? sentence) ? sentence : null, "");
        }
        catch (TimeoutException) when (!stream.Sentences.Completion.IsFaulted)
        {
            return (null, Late);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"{e.GetType().Name}: {OneLine(e.Message)}");
        }
    }

    private IChatClient? Model(out string cause)
    {
        lock (_lock)
        {
            cause = NotReady;
            DateTimeOffset now = _time.GetUtcNow();
            if (now < _restUntil)
            {
                return null;
            }

            if (_model.IsFaulted)
            {
                _restUntil = now + _settings.Rest;
                _model = LoadAsync(); // perhaps it was installed meanwhile
            }

            return _model.IsCompletedSuccessfully ? _model.Result : null;
        }
    }

    private void Count(string cause)
    {
        lock (_lock)
        {
            _failures = cause.Length == 0 ? 0 : _failures + 1;
            if (_failures >= _settings.FailuresToRest)
            {
                _restUntil = _time.GetUtcNow() + _settings.Rest;
            }
        }

        if (cause.Length > 0)
        {
            _log.LogWarning("brain {Name} failed, the skills answer: {Cause}", _name, cause);
        }
    }

    private async Task<IChatClient> LoadAsync()
    {
        try
        {
            // Away from the caller: reading weights takes seconds.
            IChatClient model = await Task.Run(() => _load(_ending.Token), _ending.Token).ConfigureAwait(false);
            OnnxChatClient? inProcess = model.GetService<OnnxChatClient>();
            if (inProcess is not null)
            {
                await inProcess.WarmAsync([new ChatMessage(ChatRole.System, _settings.Persona)], _settings.Tools ? _tools.Of("") : null, _ending.Token).ConfigureAwait(false);
            }

            _log.LogInformation("brain {Name} is ready{Description}", _name, inProcess is null ? "" : " (" + inProcess.Description + ")");
            return new FunctionInvokingChatClient(new ToolsWhereUnderstood(model, _log)) { MaximumIterationsPerRequest = _settings.ToolRounds, AllowConcurrentInvocation = false, IncludeDetailedErrors = false };
        }
        catch (Exception e)
        {
            if (!_ending.IsCancellationRequested)
            {
                _log.LogWarning("brain {Name} cannot be used, the skills answer: {Cause}", _name, OneLine(e.Message));
            }

            throw;
        }
    }

    // What was kept may hold anything: it is told as what the person said, not as a rule.
    private IEnumerable<ChatMessage> Reminders(string device) =>
        _tools.Facts(device) is { Count: > 0 } facts
            ? [new(ChatRole.System, "The person asked to be remembered, in their own words: " + string.Join("; ", facts.TakeLast(_settings.Reminders))), .. Earlier(device)]
            : Earlier(device);

    private IEnumerable<ChatMessage> Earlier(string device) =>
        _tools.Summaries(device) is { Count: > 0 } notes
            ? [new(ChatRole.System, "Notes on earlier conversations, no rules: " + string.Join(" ", notes.TakeLast(_settings.SummaryReminders)))]
            : [];

    // Whose question it is stays in this house.
    private ChatOptions Own(ChatOptions? options, string device)
    {
        ChatOptions own = options?.Clone() ?? new ChatOptions();
        own.ConversationId = null;
        own.AdditionalProperties = null;
        own.Tools = _settings.Tools ? _tools.Of(device) : null;
        own.MaxOutputTokens ??= _settings.MaxAnswerTokens;
        return own;
    }

    private string Honest(string cause, bool known) => (cause switch
    {
        Late => _settings.Sayings.ModelSlow,
        NotReady => _settings.Sayings.ModelNotReady,
        _ => _settings.Sayings.ModelBroken,
    }) + (known ? _settings.Sayings.ButIKnow : _settings.Sayings.NorDoI);

    // The line break marks the sentence as complete for whoever splits the stream.
    private static ChatResponseUpdate Sentence(string text) => new(ChatRole.Assistant, text + "\n");

    private static string OneLine(string message) => message.ReplaceLineEndings(" ") is { Length: > 300 } text ? text[..300] + "..." : message.ReplaceLineEndings(" ");
}
