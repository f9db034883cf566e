using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Wearable.Gateway.Speech;

/// <summary>Moonshine tiny (27 M parameters, English, int8) on ONNX Runtime: raw samples in, no spectrogram. The decoder is
/// the merged one: its first step fills the caches, later steps extend them by one token.</summary>
public sealed class MoonshineSpeechToText : ISpeechToText, IDisposable
{
    /// <summary>Longer sound is refused: the work grows with the square of the length, and the model was trained on up to 30 s.</summary>
    public const int MaxSeconds = 30;

    // Below this the encoder's three strided convolutions have too little to work on; silence is appended.
    private const int MinSamples = SpeechFormat.SampleRateHz / 2;

    // People say up to 6.5 tokens a second; a decoder that writes more runs in a loop. The constant covers very short questions.
    private const double TokensPerSecond = 6.5;
    private const int ExtraTokens = 6;

    // Measured on 160 synthesised sentences (40 in 4 voices, 804 words): as they come 124 words are wrong, cut close 114,
    // with a second look 96. Right readings are 0.92 sure on average, wrong ones 0.77; 4 in 10 get the second look.
    private const float SureConfidence = 0.88f;
    private const int LeadMs = 10, TailMs = 90, SecondLeadMs = 200, SecondTailMs = 200;
    private const double SecondLookLength = 1.08;

    private const int Layers = 6, Heads = 8, HeadSize = 36;
    private static readonly string[] CacheKinds = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"];

    private readonly InferenceSession _encoder, _decoder;
    private readonly MoonshineVocabulary _vocabulary;
    private readonly string[] _decoderInputs, _decoderOutputs;

    // One at a time: two utterances decoded at once on two cores are both late.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <param name="encoderPath">The verified <c>moonshine-encoder</c> file.</param>
    /// <param name="decoderPath">The verified <c>moonshine-decoder</c> file.</param>
    /// <param name="vocabularyPath">The verified <c>moonshine-vocabulary</c> file.</param>
    /// <param name="threads">Threads per step, 1 or more; 0: all cores but one, at most 4.</param>
    public MoonshineSpeechToText(string encoderPath, string decoderPath, string vocabularyPath, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        using var options = new SessionOptions
        {
            // 2.6 s of speech took 220 ms with one thread and 243 ms with two on two busy cores.
            IntraOpNumThreads = threads == 0 ? Math.Clamp(Environment.ProcessorCount - 1, 1, 4) : threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Idle threads must not spin: the broker and the device share the cores.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _encoder = new InferenceSession(encoderPath, options);
        _decoder = new InferenceSession(decoderPath, options);
        _vocabulary = new MoonshineVocabulary(vocabularyPath);
        string[] caches = [.. from layer in Enumerable.Range(0, Layers) from kind in CacheKinds select $"{layer}.{kind}"];
        _decoderInputs = ["input_ids", "encoder_hidden_states", "use_cache_branch", .. caches.Select(name => "past_key_values." + name)];
        _decoderOutputs = ["logits", .. caches.Select(name => "present." + name)];
    }

    public async Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default)
    {
        if (samples.Length > MaxSeconds * SpeechFormat.SampleRateHz)
        {
            return new Transcript(TranscriptOutcome.Failed, "",
                $"speech: at most {MaxSeconds} s expected, got {samples.Length / SpeechFormat.SampleRateHz} s", TimeSpan.Zero);
        }

        if (samples.IsEmpty)
        {
            return new Transcript(TranscriptOutcome.NothingHeard, "", "", TimeSpan.Zero);
        }

        await _one.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Transcribe(samples.Span, cancellation), cancellation);
        }
        catch (OnnxRuntimeException e)
        {
            cancellation.ThrowIfCancellationRequested(); // A terminated run ends in this exception too.
            return new Transcript(TranscriptOutcome.Failed, "", $"speech model: {e.Message}", TimeSpan.Zero);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        _one.Dispose();
    }

    private Transcript Transcribe(ReadOnlySpan<short> samples, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        (string text, float confidence) = Look(SpeechTrim.Trim(samples, LeadMs, TailMs), cancellation);
        if (confidence < SureConfidence)
        {
            // Unsure: the same words cut wider and a little slower may come out right; the surer reading counts.
            float[] other = SpeechTrim.Stretch(SpeechTrim.Trim(samples, SecondLeadMs, SecondTailMs), SecondLookLength);
            (string otherText, float otherConfidence) = Look(other, cancellation);
            if (otherConfidence > confidence)
            {
                (text, confidence) = (otherText, otherConfidence);
            }
        }

        TranscriptOutcome outcome = text.Length > 0 ? TranscriptOutcome.Text : TranscriptOutcome.NothingHeard;
        return new Transcript(outcome, text, "", Stopwatch.GetElapsedTime(begin)) { Confidence = confidence };
    }

    private (string Text, float Confidence) Look(float[] sound, CancellationToken cancellation)
    {
        int maxTokens = MaxTokens(sound.Length);
        if (sound.Length < MinSamples)
        {
            Array.Resize(ref sound, MinSamples);
        }

        using var run = new RunOptions();
        using CancellationTokenRegistration stop = cancellation.Register(() => run.Terminate = true);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(sound, [1, sound.Length]);
        using IDisposableReadOnlyCollection<OrtValue> heard = _encoder.Run(run, ["input_values"], [input], ["last_hidden_state"]);
        (List<int> tokens, float confidence) = Decode(run, heard[0], maxTokens, cancellation);
        string text = _vocabulary.Decode(tokens.Take(RepeatLoop.Keep(tokens)));

        // Now and then the decoder ends before its first word, and is sure of it: no words count as no confidence.
        return text.Any(char.IsLetterOrDigit) ? (Modern(text), confidence) : ("", 0);
    }

    // Moonshine learned from old books too.
    private static string Modern(string text) => text.Replace("o-day", "oday").Replace("o-morrow", "omorrow").Replace("o-night", "onight");

    private static int MaxTokens(int samples) =>
        ExtraTokens + (int)Math.Ceiling(samples * TokensPerSecond / SpeechFormat.SampleRateHz);

    private (List<int> Tokens, float Confidence) Decode(RunOptions run, OrtValue heard, int maxTokens, CancellationToken cancellation)
    {
        var tokens = new List<int>(maxTokens);
        double logProbability = 0;
        int steps = 0;
        var token = new long[] { MoonshineVocabulary.StartToken };
        var useCache = new bool[1];
        using OrtValue tokenValue = OrtValue.CreateTensorValueFromMemory(token, [1, 1]);
        using OrtValue useCacheValue = OrtValue.CreateTensorValueFromMemory(useCache, [1]);
        using OrtValue nothing = OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [0, Heads, 1, HeadSize]);
        var inputs = new OrtValue[_decoderInputs.Length];
        (inputs[0], inputs[1], inputs[2]) = (tokenValue, heard, useCacheValue);
        Array.Fill(inputs, nothing, 3, inputs.Length - 3);

        IDisposableReadOnlyCollection<OrtValue>? first = null, last = null;
        try
        {
            while (tokens.Count < maxTokens)
            {
                cancellation.ThrowIfCancellationRequested();
                IDisposableReadOnlyCollection<OrtValue> step = _decoder.Run(run, _decoderInputs, inputs, _decoderOutputs);
                int next = Largest(step[0].GetTensorDataAsSpan<float>(), out double stepLogProbability);
                logProbability += stepLogProbability;
                steps++;

                // The sound's own caches come out of the first step only (later steps return them empty): that step is kept.
                bool isFirst = first is null;
                for (int i = 1; i < _decoderOutputs.Length; i++)
                {
                    if (isFirst || (i - 1) % CacheKinds.Length < 2)
                    {
                        inputs[i + 2] = step[i];
                    }
                }

                last?.Dispose();
                (first, last) = isFirst ? (step, null) : (first, step);
                if (next == MoonshineVocabulary.EndToken)
                {
                    break;
                }

                tokens.Add(next);
                token[0] = next;
                useCache[0] = true;
            }

            return (tokens, (float)Math.Exp(logProbability / Math.Max(steps, 1)));
        }
        finally
        {
            first?.Dispose();
            last?.Dispose();
        }
    }

    private static int Largest(ReadOnlySpan<float> scores, out double logProbability)
    {
        int best = TensorPrimitives.IndexOfMax(scores);
        double sum = 0;
        foreach (float score in scores)
        {
            sum += MathF.Exp(score - scores[best]);
        }

        logProbability = -Math.Log(sum);
        return best;
    }
}
