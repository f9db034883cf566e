using Microsoft.ML.OnnxRuntime;

namespace Wearable.Gateway.Speech;

/// <summary>
/// One reading of one encoded sound, token by token. The merged decoder's first step fills the caches, later steps extend them by one token.
/// </summary>
internal sealed class MoonshineDecoder : IDisposable
{
    private readonly InferenceSession _session;
    private readonly MoonshineLayout _layout;
    private readonly RunOptions _run;
    private readonly long[] _token = new long[1];
    private readonly bool[] _useCache = new bool[1];
    private readonly OrtValue _tokenValue, _useCacheValue, _nothing;
    private readonly OrtValue? _mask;
    private readonly OrtValue[] _inputs;
    private IDisposableReadOnlyCollection<OrtValue>? _first, _last;

    /// <param name="session">The merged decoder.</param>
    /// <param name="layout">Its inputs and outputs.</param>
    /// <param name="run">Ends a step that is cancelled.</param>
    /// <param name="heard">The encoder's output; not disposed here.</param>
    public MoonshineDecoder(InferenceSession session, MoonshineLayout layout, RunOptions run, OrtValue heard)
    {
        (_session, _layout, _run) = (session, layout, run);
        _tokenValue = OrtValue.CreateTensorValueFromMemory(_token, [1, 1]);
        _useCacheValue = OrtValue.CreateTensorValueFromMemory(_useCache, [1]);
        _nothing = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [0, layout.Heads, 1, layout.HeadSize]);
        _inputs = new OrtValue[layout.DecoderInputs.Length];
        (_inputs[0], _inputs[1], _inputs[2]) = (_tokenValue, heard, _useCacheValue);
        Array.Fill(_inputs, _nothing, 3, layout.Caches);
        if (layout.DecoderHasMask)
        {
            long[] all = new long[heard.GetTensorTypeAndShape().Shape[1]];
            Array.Fill(all, 1L);
            _mask = OrtValue.CreateTensorValueFromMemory(all, [1, all.Length]);
            _inputs[^1] = _mask;
        }
    }

    /// <summary>Takes a token in.</summary>
    /// <param name="token">The start token first, then what the text goes on with.</param>
    /// <returns>A score for each possible next token; valid until the next call.</returns>
    public ReadOnlySpan<float> Next(int token)
    {
        _token[0] = token;
        _useCache[0] = _first is not null;
        IDisposableReadOnlyCollection<OrtValue> step = _session.Run(_run, _layout.DecoderInputs, _inputs, _layout.DecoderOutputs);

        // The sound's own caches come out of the first step only (later steps return them empty): that step is kept.
        bool isFirst = _first is null;
        for (int i = 0; i < _layout.Caches; i++)
        {
            if (isFirst || MoonshineLayout.IsOfText(i))
            {
                _inputs[i + 3] = step[i + 1];
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
        _mask?.Dispose();
    }
}
