using Microsoft.ML.OnnxRuntime;

namespace Wearable.Gateway.Speech;

/// <summary>
/// One reading of one encoded sound, token by token. The merged decoder's first step fills the caches, later steps extend them by one token.
/// </summary>
internal sealed class MoonshineDecoder : IDisposable
{
    private const int Layers = 6, Heads = 8, HeadSize = 36;
    private static readonly string[] CacheKinds = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"];
    private static readonly string[] Caches = [.. from layer in Enumerable.Range(0, Layers) from kind in CacheKinds select $"{layer}.{kind}"];
    private static readonly string[] InputNames = ["input_ids", "encoder_hidden_states", "use_cache_branch", .. Caches.Select(name => "past_key_values." + name)];
    private static readonly string[] OutputNames = ["logits", .. Caches.Select(name => "present." + name)];

    private readonly InferenceSession _session;
    private readonly RunOptions _run;
    private readonly long[] _token = new long[1];
    private readonly bool[] _useCache = new bool[1];
    private readonly OrtValue _tokenValue, _useCacheValue, _nothing;
    private readonly OrtValue[] _inputs = new OrtValue[InputNames.Length];
    private IDisposableReadOnlyCollection<OrtValue>? _first, _last;

    /// <param name="session">The merged decoder.</param>
    /// <param name="run">Ends a step that is cancelled.</param>
    /// <param name="heard">The encoder's output; not disposed here.</param>
    public MoonshineDecoder(InferenceSession session, RunOptions run, OrtValue heard)
    {
        (_session, _run) = (session, run);
        _tokenValue = OrtValue.CreateTensorValueFromMemory(_token, [1, 1]);
        _useCacheValue = OrtValue.CreateTensorValueFromMemory(_useCache, [1]);
        _nothing = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [0, Heads, 1, HeadSize]);
        (_inputs[0], _inputs[1], _inputs[2]) = (_tokenValue, heard, _useCacheValue);
        Array.Fill(_inputs, _nothing, 3, _inputs.Length - 3);
    }

    /// <summary>Takes a token in.</summary>
    /// <param name="token">The start token first, then what the text goes on with.</param>
    /// <returns>A score for each possible next token; valid until the next call.</returns>
    public ReadOnlySpan<float> Next(int token)
    {
        _token[0] = token;
        _useCache[0] = _first is not null;
        IDisposableReadOnlyCollection<OrtValue> step = _session.Run(_run, InputNames, _inputs, OutputNames);

        // The sound's own caches come out of the first step only (later steps return them empty): that step is kept.
        bool isFirst = _first is null;
        for (int i = 1; i < OutputNames.Length; i++)
        {
            if (isFirst || (i - 1) % CacheKinds.Length < 2)
            {
                _inputs[i + 2] = step[i];
            }
        }

        _last?.Dispose();
        (_first, _last) = isFirst ? (step, null) : (_first, step);
        return step[0].GetTensorDataAsSpan<float>();
    }

    public void Dispose()
    {
        _first?.Dispose();
        _last?.Dispose();
        _tokenValue.Dispose();
        _useCacheValue.Dispose();
        _nothing.Dispose();
    }
}
