using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// A decoder model in the Hugging Face ONNX layout, run in this process. One answer at a time; a second caller waits. What the last prompt and
/// this one have in common is not read again, and the prompt's prefix is kept on disk.
/// </summary>
public sealed class OnnxChatClient : IChatClient
{
    private readonly DecoderModel _model;
    private readonly LlmTokenizer _tokenizer;
    private readonly ChatTemplate _template;
    private readonly OnnxChatOptions _options;
    private readonly SamplerSettings _sampling;
    private readonly HashSet<int> _stop;
    private readonly PrefixStore? _prefixes;
    private readonly string _name;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _one = new(1);

    private OnnxChatClient(ModelFolder folder, DecoderModel model, LlmTokenizer tokenizer, ChatTemplate template, OnnxChatOptions options, ILogger log)
    {
        _model = model;
        _tokenizer = tokenizer;
        _template = template;
        _options = options;
        _sampling = options.Sampling ?? folder.Config.Sampling;
        _stop = [.. template.StopTokens, .. folder.Config.EndTokens];
        _prefixes = options.PrefixFolder is { } prefixFolder ? new PrefixStore(prefixFolder, folder.Fingerprint()) : null;
        _name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.FolderPath));
        _log = log;
    }

    /// <summary>Tokens of the last prompt that did not have to be read again.</summary>
    public int LastReusedTokens { get; private set; }

    /// <summary>Loads a folder; reads weights, so call it away from anything that must answer.</summary>
    /// <exception cref="ModelException">One sentence: what is missing or wrong, what came, what was wanted.</exception>
    public static OnnxChatClient Load(string path, OnnxChatOptions? options = null, ILogger? log = null)
    {
        options ??= new OnnxChatOptions();
        ModelFolder folder = ModelFolder.Open(path, options.GraphFile);
        LlmTokenizer tokenizer = LlmTokenizer.Read(folder.TokenizerPath);
        ChatTemplate template = ChatTemplate.For(tokenizer, folder.FolderPath);
        if (folder.Config.VocabularySize > 0 && tokenizer.Count > folder.Config.VocabularySize)
        {
            throw new ModelException($"{folder.TokenizerPath}: at most {folder.Config.VocabularySize} tokens expected by config.json, got {tokenizer.Count}; it belongs to another model.");
        }

        if (folder.Config.EndTokens.FirstOrDefault(id => !tokenizer.IsSpecial(id), -1) is >= 0 and int end)
        {
            throw new ModelException($"{folder.TokenizerPath}: a control token expected at {end} (eos_token_id of config.json), got text; it belongs to another model.");
        }

        DecoderModel model = DecoderModel.Load(folder, options.MaxTokens, options.Threads, options.ChunkTokens);
        if (tokenizer.Count > model.VocabularySize)
        {
            model.Dispose();
            throw new ModelException($"{folder.TokenizerPath}: at most {model.VocabularySize} tokens expected by {Path.GetFileName(folder.GraphPath)}, got {tokenizer.Count}; it belongs to another model.");
        }

        return new OnnxChatClient(folder, model, tokenizer, template, options, log ?? NullLogger.Instance);
    }

    /// <summary>Family, layers and cache, for logs.</summary>
    public string Description => $"{_name}: {_template.Family}, {_model.Description}";

    /// <summary>Reads the prefix (persona, rules, tools) ahead of the first question.</summary>
    public async Task WarmAsync(IEnumerable<ChatMessage> system, IEnumerable<AITool>? tools = null, CancellationToken cancellation = default)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Prompt prompt = _template.Write([.. system], tools?.OfType<AIFunctionDeclaration>(), SkipsThinking);
            await Task.Run(() => ReadPrefix(prompt, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            int maxAnswer = options?.MaxOutputTokens ?? _options.MaxAnswerTokens;
            Prompt prompt = Fit([.. messages], options?.Tools?.OfType<AIFunctionDeclaration>(), maxAnswer);
            Answer answer = new(this, prompt, options);
            string id = Guid.NewGuid().ToString("N");
            while (await Task.Run(() => answer.Next(cancellationToken), cancellationToken).ConfigureAwait(false) is { } update)
            {
                if (update.Contents.Count > 0 || update.FinishReason is not null)
                {
                    update.ResponseId = update.MessageId = id;
                    update.ModelId = _name;
                    update.CreatedAt = DateTimeOffset.UtcNow;
                    yield return update;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("onnx", null, _name)
        : serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // The native session may not go while a run uses it; every run ends within one token of its cancellation.
        _one.Wait();
        _model.Dispose();
        _one.Dispose();
    }

    private bool SkipsThinking => _options.Thinking == Thinking.Skipped;

    // Leaves the oldest turns out until prompt and answer fit.
    private Prompt Fit(List<ChatMessage> messages, IEnumerable<AIFunctionDeclaration>? tools, int maxAnswer)
    {
        while (true)
        {
            Prompt prompt = _template.Write(messages, tools, SkipsThinking);
            if (prompt.Tokens.Length + maxAnswer <= _model.MaxTokens)
            {
                return prompt;
            }

            int oldest = messages.FindIndex(m => m.Role != ChatRole.System);
            if (oldest < 0 || oldest == messages.Count - 1)
            {
                throw new InvalidOperationException($"{_name}: a prompt of at most {_model.MaxTokens - maxAnswer} tokens expected, got {prompt.Tokens.Length}");
            }

            messages.RemoveAt(oldest);
        }
    }

    // Brings the model to where it has read the whole prompt and returns the logits behind it.
    private Span<float> ReadPrompt(Prompt prompt, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        ReadPrefix(prompt, cancellation);
        // The last token is always read, for its logits.
        int common = Math.Min(Common(prompt.Tokens), prompt.Tokens.Length - 1);
        LastReusedTokens = common;
        _model.Truncate(common);
        Span<float> logits = _model.Read(prompt.Tokens.AsSpan(common), cancellation);
        _log.LogDebug("{Model}: prompt of {Tokens} tokens, {Reused} reused, {Ms:0} ms", _name, prompt.Tokens.Length, common, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return logits;
    }

    private void ReadPrefix(Prompt prompt, CancellationToken cancellation)
    {
        ReadOnlySpan<int> prefix = prompt.Tokens.AsSpan(0, prompt.PrefixLength);
        int common = Common(prefix);
        if (common == prefix.Length || _prefixes?.TryRestore(_model, prefix) == true)
        {
            return;
        }

        _model.Truncate(common);
        _model.Read(prefix[common..], cancellation);
        if (_prefixes?.TrySave(_model, prefix) == false)
        {
            _log.LogWarning("{Model}: the computed prefix could not be stored at {Path}; it is computed again after a restart", _name, _prefixes.PathOf(prefix));
        }
    }

    private int Common(ReadOnlySpan<int> tokens)
    {
        int common = 0;
        while (common < tokens.Length && common < _model.Tokens.Count && _model.Tokens[common] == tokens[common])
        {
            common++;
        }

        return common;
    }

    // One answer being made, token by token.
    private sealed class Answer
    {
        private readonly OnnxChatClient _client;
        private readonly Prompt _prompt;
        private readonly Sampler _sampler;
        private readonly HashSet<int> _seen;
        private readonly Decoder _characters = Encoding.UTF8.GetDecoder();
        private readonly ThinkFilter _think;
        private readonly ToolCallFilter? _calls;
        private readonly IReadOnlyList<string> _stopWords;
        private readonly StringBuilder _said = new();
        private readonly Queue<int> _forced = new();
        private readonly int _maxTokens;
        private int? _next;
        private int _made, _thought;
        private bool _done;

        public Answer(OnnxChatClient client, Prompt prompt, ChatOptions? options)
        {
            _client = client;
            _prompt = prompt;
            _maxTokens = Math.Max(1, options?.MaxOutputTokens ?? client._options.MaxAnswerTokens);
            _stopWords = [.. options?.StopSequences ?? []];
            _calls = options?.Tools?.Count > 0 ? new ToolCallFilter() : null;
            _think = new ThinkFilter(client._template.CanThink && !client.SkipsThinking && client._template.Family == "deepseek");
            _seen = [.. prompt.Tokens];
            _sampler = new Sampler(client._sampling with
            {
                Temperature = options?.Temperature ?? client._sampling.Temperature,
                TopP = options?.TopP ?? client._sampling.TopP,
                TopK = options?.TopK ?? client._sampling.TopK,
                Seed = options?.Seed ?? client._sampling.Seed,
            });
        }

        // The next piece; without contents when nothing may be said yet; null at the end.
        public ChatResponseUpdate? Next(CancellationToken cancellation)
        {
            if (_done)
            {
                return null;
            }

            Span<float> logits = _next is int last
                ? _client._model.Read([last], cancellation)
                : _client.ReadPrompt(_prompt, cancellation);
            int token = _forced.Count > 0 ? _forced.Dequeue() : _sampler.Choose(logits[..Math.Min(logits.Length, _client._tokenizer.Count)], _seen);
            if (_client._stop.Contains(token) || _client._tokenizer.IsSpecial(token))
            {
                return End(ChatFinishReason.Stop, "");
            }

            _next = token;
            _seen.Add(token);
            _made++;
            string text = _think.Push(_client._tokenizer.Text(token, _characters));
            BoundThought();
            if (StopWord(text) is int before)
            {
                return End(ChatFinishReason.Stop, text[..before]);
            }

            // Thoughts have their own limit.
            bool full = _made - _thought >= _maxTokens || _client._model.Tokens.Count + 1 >= _client._model.MaxTokens;
            return full ? End(ChatFinishReason.Length, text) : Update(text);
        }

        private void BoundThought()
        {
            if (_think.Inside)
            {
                _thought++;
                if (_thought == _client._options.MaxThinkTokens)
                {
                    Array.ForEach(_client._template.CloseThought, _forced.Enqueue);
                }
            }
        }

        private int? StopWord(string text)
        {
            if (_stopWords.Count == 0)
            {
                return null;
            }

            int start = _said.Length;
            _said.Append(text);
            string all = _said.ToString();
            int at = _stopWords.Select(w => all.IndexOf(w, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
            return at < 0 ? null : Math.Max(0, at - start);
        }

        private ChatResponseUpdate End(ChatFinishReason reason, string text)
        {
            _done = true;
            ChatResponseUpdate update = Update(text + _think.End());
            if (_calls?.End() is { Length: > 0 } rest)
            {
                update.Contents.Add(new TextContent(rest));
            }

            update.FinishReason = _calls?.Calls > 0 ? ChatFinishReason.ToolCalls : reason;
            update.Contents.Add(new UsageContent(new UsageDetails
            {
                InputTokenCount = _prompt.Tokens.Length,
                OutputTokenCount = _made,
                TotalTokenCount = _prompt.Tokens.Length + _made,
                CachedInputTokenCount = _client.LastReusedTokens,
            }));
            return update;
        }

        private ChatResponseUpdate Update(string text)
        {
            ChatResponseUpdate update = new() { Role = ChatRole.Assistant };
            if (_calls is not null)
            {
                update.Contents = [.. _calls.Push(text)];
            }
            else if (text.Length > 0)
            {
                update.Contents.Add(new TextContent(text));
            }

            return update;
        }
    }
}
