using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Models;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Wearable.Gateway.Speech;

/// <summary>
/// The Moonshine family on ONNX Runtime: raw samples in, no spectrogram. English tiny (27 M parameters, int8) comes with the gateway; the others are the
/// same graphs with other sizes and another vocabulary. Also scores a given word.
/// </summary>
public sealed class MoonshineSpeechToText : ISpeechToText, IWordScorer, IDisposable
{
    /// <summary>Longer sound is refused: the work grows with the square of the length, and the model was trained on up to 30 s.</summary>
    public const int MaxSeconds = 30;

    // Below this the encoder's three strided convolutions have too little to work on; silence is appended.
    private const int MinSamples = SpeechFormat.SampleRateHz / 2;

    // People say up to 6.5 tokens a second; a decoder that writes more runs in a loop. The constant covers very short questions.
    // Other languages have shorter pieces: twice as many.
    private const double TokensPerSecond = 6.5, ForeignTokensPerSecond = 13;
    private const int ExtraTokens = 6;

    // Measured on 160 synthesised sentences (40 in 4 voices, 804 words): as they come 124 words are wrong, cut close 114,
    // with a second look 96. Right readings are 0.92 sure on average, wrong ones 0.77; 4 in 10 get the second look.
    private const float SureConfidence = 0.88f;
    private const int LeadMs = 10, TailMs = 90, SecondLeadMs = 200, SecondTailMs = 200;
    private const double SecondLookLength = 1.08;

    private readonly InferenceSession _encoder, _decoder;
    private readonly MoonshineLayout _layout;
    private readonly ISpeechVocabulary _vocabulary;

    // One at a time: two utterances decoded at once on two cores are both late.
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <param name="encoderPath">The verified <c>moonshine-encoder</c> file.</param>
    /// <param name="decoderPath">The verified <c>moonshine-decoder</c> file.</param>
    /// <param name="vocabularyPath">The verified <c>moonshine-vocabulary</c> file.</param>
    /// <param name="threads">Threads per step, 1 or more; 0: all cores but one, at most 4.</param>
    public MoonshineSpeechToText(string encoderPath, string decoderPath, string vocabularyPath, int threads = 0)
        : this(encoderPath, decoderPath, new MoonshineVocabulary(vocabularyPath), "en", threads)
    {
    }

    /// <summary>A member of the family from a folder: <c>encoder_model.onnx</c> and <c>decoder_model_merged.onnx</c>, here or in <c>onnx/</c>, and <c>tokenizer.json</c>.</summary>
    /// <exception cref="ModelException">Missing, truncated or of another kind; in one sentence.</exception>
    public static MoonshineSpeechToText Load(string folder, string language, int threads = 0)
    {
        string graphs = MoonshineLayout.GraphsIn(folder) ?? throw new ModelException($"{folder}: {MoonshineLayout.EncoderName} and {MoonshineLayout.DecoderName} expected, got neither.");
        string encoder = Path.Combine(graphs, MoonshineLayout.EncoderName), decoder = Path.Combine(graphs, MoonshineLayout.DecoderName);
        OnnxFile.Read(encoder);
        OnnxFile.Read(decoder);
        return new MoonshineSpeechToText(encoder, decoder, TokenizerVocabulary.Read(folder), language, threads);
    }

    private MoonshineSpeechToText(string encoderPath, string decoderPath, ISpeechVocabulary vocabulary, string language, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (_vocabulary, Language) = (vocabulary, language);
        using var options = new SessionOptions
        {
            // 2.6 s of speech took 220 ms with one thread and 243 ms with two on two busy cores.
            IntraOpNumThreads = SpeechGraph.Threads(threads),
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Idle threads must not spin: the broker and the device share the cores.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            _encoder = new InferenceSession(encoderPath, options);
            _decoder = new InferenceSession(decoderPath, options);
            _layout = MoonshineLayout.Of(_encoder, _decoder, decoderPath, vocabulary.Count);
        }
        catch (Exception e)
        {
            _encoder?.Dispose();
            _decoder?.Dispose();
            throw e is OnnxRuntimeException ? new ModelException($"{Path.GetDirectoryName(encoderPath)}: {e.Message.ReplaceLineEndings(" ").Trim()}; download it again.", e) : e;
        }
    }

    /// <inheritdoc/>
    public string Language { get; }

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

    /// <inheritdoc/>
    public async Task<double> ScoreAsync(ReadOnlyMemory<short> samples, string word, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(word);
        if (samples.IsEmpty || samples.Length > MaxSeconds * SpeechFormat.SampleRateHz)
        {
            throw new ArgumentException($"word: up to {MaxSeconds} s of sound expected, got {samples.Length} samples", nameof(samples));
        }

        await _one.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => Score(samples.Span, word, cancellation), cancellation);
        }
        catch (OnnxRuntimeException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"speech model: {e.Message}", e);
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
        using IDisposableReadOnlyCollection<OrtValue> heard = _layout.Encode(_encoder, run, sound);
        (List<int> tokens, float confidence) = Decode(run, heard[0], maxTokens, cancellation);
        string text = _vocabulary.Decode(tokens.Take(RepeatLoop.Keep(tokens)));

        // Now and then the decoder ends before its first word, and is sure of it: no words count as no confidence.
        return text.Any(char.IsLetterOrDigit) ? (Language == "en" ? Modern(text) : text, confidence) : ("", 0);
    }

    // Moonshine learned from old books too.
    private static string Modern(string text) => text.Replace("o-day", "oday").Replace("o-morrow", "omorrow").Replace("o-night", "onight");

    private int MaxTokens(int samples) =>
        ExtraTokens + (int)Math.Ceiling(samples * (Language == "en" ? TokensPerSecond : ForeignTokensPerSecond) / SpeechFormat.SampleRateHz);

    private (List<int> Tokens, float Confidence) Decode(RunOptions run, OrtValue heard, int maxTokens, CancellationToken cancellation)
    {
        var tokens = new List<int>(maxTokens);
        double logProbability = 0;
        int steps = 0;
        using var decoder = new MoonshineDecoder(_decoder, _layout, run, heard);
        int token = _vocabulary.StartToken;
        while (tokens.Count < maxTokens)
        {
            cancellation.ThrowIfCancellationRequested();
            token = Largest(decoder.Next(token), out double stepLogProbability);
            logProbability += stepLogProbability;
            steps++;
            if (token == _vocabulary.EndToken)
            {
                break;
            }

            tokens.Add(token);
        }

        return (tokens, (float)Math.Exp(logProbability / Math.Max(steps, 1)));
    }

    private double Score(ReadOnlySpan<short> samples, string word, CancellationToken cancellation)
    {
        float[] sound = Loud(samples);
        using var run = new RunOptions();
        using CancellationTokenRegistration stop = cancellation.Register(() => run.Terminate = true);
        using IDisposableReadOnlyCollection<OrtValue> heard = _layout.Encode(_encoder, run, sound);
        double best = double.NegativeInfinity;
        foreach (string spelling in Spellings(word))
        {
            using var decoder = new MoonshineDecoder(_decoder, _layout, run, heard[0]);
            double sum = 0;
            int before = _vocabulary.StartToken;
            foreach (int token in _vocabulary.Encode(spelling))
            {
                cancellation.ThrowIfCancellationRequested();
                sum += LogProbability(decoder.Next(before), token);
                before = token;
            }

            best = Math.Max(best, sum);
        }

        return best;
    }

    // A text may begin with a capital or not; the surer spelling counts.
    private static string[] Spellings(string word) => [char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant(), word.ToLowerInvariant()];

    // As loud as the sound the model learned from: a word spoken across the room is read as well as one spoken close.
    private static float[] Loud(ReadOnlySpan<short> samples)
    {
        int peak = 1;
        foreach (short sample in samples)
        {
            peak = Math.Max(peak, Math.Abs((int)sample));
        }

        float[] sound = new float[Math.Max(samples.Length, MinSamples)];
        for (int i = 0; i < samples.Length; i++)
        {
            sound[i] = samples[i] * 0.5f / peak;
        }

        return sound;
    }

    private static double LogProbability(ReadOnlySpan<float> scores, int token)
    {
        int best = Largest(scores, out double bestLogProbability);
        return bestLogProbability + scores[token] - scores[best];
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
