using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// Runs a decoder graph: tokens in, logits of the token behind them out, and remembers what it has read. One caller at a time.
/// </summary>
public sealed class DecoderModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly DecoderLayout _layout;
    private readonly KvCache _cache;
    private readonly OrtIoBinding _binding;
    private readonly int _chunk;
    private readonly long[] _ids, _positions, _mask, _keep = [1];
    private readonly int[] _ids32, _positions32, _mask32, _keep32 = [1];
    private readonly bool[] _yes = [true];
    private readonly float[] _logits;
    private readonly List<int> _tokens = [];

    private DecoderModel(InferenceSession session, DecoderLayout layout, int maxTokens, int chunk)
    {
        _session = session;
        _layout = layout;
        _chunk = chunk;
        MaxTokens = maxTokens;
        _cache = new KvCache(layout, maxTokens);
        _binding = session.CreateIoBinding();
        _ids = GC.AllocateArray<long>(chunk, pinned: true);
        _positions = GC.AllocateArray<long>(chunk, pinned: true);
        _mask = GC.AllocateArray<long>(maxTokens, pinned: true);
        Array.Fill(_mask, 1);
        _ids32 = GC.AllocateArray<int>(chunk, pinned: true);
        _positions32 = GC.AllocateArray<int>(chunk, pinned: true);
        _mask32 = GC.AllocateArray<int>(maxTokens, pinned: true);
        Array.Fill(_mask32, 1);
        _logits = new float[layout.VocabularySize];
    }

    /// <summary>Tokens read so far, in order.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>Most tokens one conversation may have.</summary>
    public int MaxTokens { get; }

    /// <summary>Tokens the graph knows.</summary>
    public int VocabularySize => _layout.VocabularySize;

    /// <summary>One line about the graph for logs.</summary>
    public string Description => $"{_layout.Cache.Count / 2} layers, {_layout.KeyValueHeads} heads of {_layout.HeadSize}, {(_layout.CacheType == TensorElementType.Float16 ? "fp16" : "fp32")} cache {(_layout.SharesCache ? "in place" : "in turn")}, {_cache.BytesPerToken} bytes a token";

    /// <summary>Bytes of saved cache per token.</summary>
    public int BytesPerToken => _cache.BytesPerToken;

    /// <summary>Loads a folder's graph and runs it once.</summary>
    /// <param name="folder">An opened folder.</param>
    /// <param name="maxTokens">Most tokens of one conversation; also bounded by the model.</param>
    /// <param name="threads">Threads of the runtime; 0 takes one less than there are cores.</param>
    /// <param name="chunk">Tokens read at once; bounds the memory of logits.</param>
    /// <exception cref="ModelException">The runtime refuses the graph, or it is not the one config.json describes.</exception>
    public static DecoderModel Load(ModelFolder folder, int maxTokens = 2048, int threads = 0, int chunk = 64)
    {
        InferenceSession? session = null;
        try
        {
            using Microsoft.ML.OnnxRuntime.SessionOptions options = new()
            {
                IntraOpNumThreads = threads > 0 ? threads : DefaultThreads,
                InterOpNumThreads = 1,
                EnableMemoryPattern = false, // shapes change with every token
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // its errors come as exceptions and are said once
            };
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // the broker's cores are not ours to burn
            session = new InferenceSession(folder.GraphPath, options);
            DecoderLayout layout = DecoderLayout.Read(session, folder);
            int most = folder.Config.MaxPositions > 0 ? Math.Min(maxTokens, folder.Config.MaxPositions) : maxTokens;
            DecoderModel model = new(session, layout, most, Math.Min(chunk, most));
            model.Read([0], CancellationToken.None); // wrong shapes show here, not in somebody's first question
            model.Truncate(0);
            return model;
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw new ModelException($"{folder.GraphPath}: a decoder that fits its own weights expected, got one that the runtime refuses ({OneLine(e.Message)}); download or export it again.", e);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>One less than there are cores: with fewer free cores than threads the slowest decides.</summary>
    public static int DefaultThreads => Math.Max(1, Environment.ProcessorCount > 4 ? Environment.ProcessorCount / 2 : Environment.ProcessorCount - 1);

    /// <summary>Reads tokens.</summary>
    /// <param name="tokens">At least one.</param>
    /// <param name="cancellation">Ends the run also in the middle of a chunk; what was read before it stays.</param>
    /// <returns>Logits of the token behind the last, one per token of the vocabulary; valid until the next call.</returns>
    public Span<float> Read(scoped ReadOnlySpan<int> tokens, CancellationToken cancellation)
    {
        if (tokens.Length == 0 || _tokens.Count + tokens.Length > MaxTokens)
        {
            throw new ArgumentException($"1 to {MaxTokens - _tokens.Count} tokens expected, got {tokens.Length}", nameof(tokens));
        }

        for (int at = 0; at < tokens.Length; at += _chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<int> chunk = tokens.Slice(at, Math.Min(_chunk, tokens.Length - at));
            Run(chunk, at + chunk.Length == tokens.Length, cancellation);
            foreach (int token in chunk)
            {
                _tokens.Add(token);
            }
        }

        return _logits;
    }

    /// <summary>Forgets all tokens from an index on.</summary>
    public void Truncate(int length)
    {
        _cache.Truncate(length);
        _tokens.RemoveRange(Math.Min(length, _tokens.Count), Math.Max(0, _tokens.Count - length));
    }

    /// <summary>Writes what was read of the first tokens.</summary>
    public void Save(Stream stream, int tokens) => _cache.Save(stream, tokens);

    /// <summary>Takes saved tokens as read, instead of what was read before.</summary>
    public void Restore(Stream stream, ReadOnlySpan<int> tokens)
    {
        _tokens.Clear();
        _cache.Load(stream, tokens.Length);
        _tokens.AddRange(tokens);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
    }

    private void Run(ReadOnlySpan<int> tokens, bool wantsLogits, CancellationToken cancellation)
    {
        int past = _cache.Length;
        List<OrtValue> values = [];
        using RunOptions run = new();
        using CancellationTokenRegistration stop = cancellation.Register(() => run.Terminate = true);
        try
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                _ids[i] = _ids32[i] = tokens[i];
                _positions[i] = _positions32[i] = past + i;
            }

            Bind(values, _layout.InputIds, _ids, _ids32, [1, tokens.Length]);
            Bind(values, _layout.AttentionMask, _mask, _mask32, [1, past + tokens.Length]);
            Bind(values, _layout.PositionIds, _positions, _positions32, [1, tokens.Length]);
            Bind(values, _layout.LogitsToKeep, _keep, _keep32, _layout.LogitsToKeepRank == 0 ? [] : [1]);
            if (_layout.UseCacheBranch is { } branch)
            {
                _binding.BindInput(branch, Kept(values, OrtValue.CreateTensorValueFromMemory(_yes, [1])));
            }

            for (int half = 0; half < _layout.Cache.Count; half++)
            {
                _binding.BindInput(_layout.Cache[half].Past, Kept(values, _cache.Past(half)));
                _binding.BindOutput(_layout.Cache[half].Present, Kept(values, _cache.Present(half, tokens.Length)));
            }

            _binding.BindOutputToDevice(_layout.Logits, OrtMemoryInfo.DefaultInstance);
            _session.RunWithBinding(run, _binding);
            if (wantsLogits)
            {
                TakeLogits();
            }

            _cache.Advance(tokens.Length);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            _binding.ClearBoundInputs();
            _binding.ClearBoundOutputs();
            values.ForEach(value => value.Dispose());
        }
    }

    private void TakeLogits()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _binding.GetOutputValues();
        OrtValue logits = outputs[_binding.GetOutputNames().ToList().IndexOf(_layout.Logits)];
        long[] shape = logits.GetTensorTypeAndShape().Shape;
        if (shape.Length != 3 || shape[2] != _logits.Length)
        {
            throw new ModelException($"logits of shape [1, n, {_logits.Length}] expected, got [{string.Join(", ", shape)}]");
        }

        int last = checked((int)(shape[1] - 1) * _logits.Length);
        if (_layout.LogitsType == TensorElementType.Float)
        {
            logits.GetTensorDataAsSpan<float>().Slice(last, _logits.Length).CopyTo(_logits);
        }
        else
        {
            ReadOnlySpan<Half> halves = MemoryMarshal.Cast<Float16, Half>(logits.GetTensorDataAsSpan<Float16>());
            TensorPrimitives.ConvertToSingle(halves.Slice(last, _logits.Length), _logits);
        }
    }

    private void Bind(List<OrtValue> values, string? name, long[] wide, int[] narrow, long[] shape)
    {
        if (name is null)
        {
            return;
        }

        bool isNarrow = _layout.Int32Inputs.Contains(name);
        int count = (int)TensorPrimitives.Product<long>(shape.Length == 0 ? [1] : shape);
        OrtValue value = isNarrow
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, narrow.AsMemory(0, count), shape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, wide.AsMemory(0, count), shape);
        _binding.BindInput(name, Kept(values, value));
    }

    private static OrtValue Kept(List<OrtValue> values, OrtValue value)
    {
        values.Add(value);
        return value;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ") is { Length: > 300 } line ? line[..300] + "..." : message.ReplaceLineEndings(" ").Trim();
}
