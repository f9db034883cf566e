using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Models;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Wearable.Gateway.Speech;

/// <summary>
/// SenseVoice-small (Chinese, Cantonese, English, Japanese, Korean) in the ONNX layout of sherpa-onnx: <c>model.int8.onnx</c> or <c>model.onnx</c> with its
/// numbers in the file's metadata, and <c>tokens.txt</c>. One pass over the whole sound, no loop over tokens: the most probable piece of each row, repeats
/// and blanks left out (CTC).
/// </summary>
public sealed class SenseVoiceSpeechToText : ISpeechToText, IDisposable
{
    private const int MaxSeconds = 30, Blank = 0;
    private const string Kind = "sense_voice_ctc";
    private static readonly string[] GraphNames = ["model.int8.onnx", "model.onnx"];
    private static readonly string[] Inputs = ["x", "x_length", "language", "text_norm"];
    private static readonly string[] Outputs = ["logits"];

    private readonly InferenceSession _session;
    private readonly FrameStack _stack;
    private readonly TokenTable _tokens;
    private readonly int _language, _textNorm;
    private readonly SemaphoreSlim _one = new(1, 1); // two utterances at once on two cores are both late

    private SenseVoiceSpeechToText(InferenceSession session, FrameStack stack, TokenTable tokens, string language, int languageId, int textNorm) =>
        (_session, _stack, _tokens, Language, _language, _textNorm) = (session, stack, tokens, language, languageId, textNorm);

    /// <inheritdoc/>
    public string Language { get; }

    /// <summary>The graph of such a model in a folder; null when there is none.</summary>
    public static string? GraphIn(string folder) => File.Exists(Path.Combine(folder, "tokens.txt"))
        ? GraphNames.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists)
        : null;

    /// <summary>Loads a model.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="language">What it shall listen for, such as <c>zh</c>.</param>
    /// <param name="threads">Threads of one pass.</param>
    /// <exception cref="ModelException">Missing, truncated, of another kind, or without this language; in one sentence.</exception>
    public static SenseVoiceSpeechToText Load(string folder, string language, int threads)
    {
        string path = GraphIn(folder) ?? throw new ModelException($"{folder}: {string.Join(" or ", GraphNames)} beside tokens.txt expected, got neither.");
        TokenTable tokens = TokenTable.Read(Path.Combine(folder, "tokens.txt"));
        InferenceSession session = SpeechGraph.Open(path, threads);
        try
        {
            SpeechGraph.Expect(session, path, Inputs, Outputs);
            IReadOnlyDictionary<string, string> told = session.ModelMetadata.CustomMetadataMap;
            if (told.GetValueOrDefault("model_type") is not Kind)
            {
                throw new ModelException($"{path}: model_type {Kind} expected in its metadata, got \"{told.GetValueOrDefault("model_type", "")}\".");
            }

            int window = Number("lfr_window_size"), shift = Number("lfr_window_shift"), width = window * FilterBank.Bands;
            float[] means = Numbers("neg_mean"), spreads = Numbers("inv_stddev");
            int columns = session.InputMetadata["x"].Dimensions[^1], pieces = session.OutputMetadata["logits"].Dimensions[^1];
            if (window < 1 || shift < 1 || means.Length != width || spreads.Length != width || (columns > 0 && columns != width))
            {
                throw new ModelException($"{path}: {width} columns expected ({window} frames of {FilterBank.Bands} bands), got {columns} in the graph, {means.Length} means and {spreads.Length} spreads.");
            }

            if (pieces > 0 && pieces != tokens.Count)
            {
                throw new ModelException($"{Path.Combine(folder, "tokens.txt")}: {pieces} tokens expected by {Path.GetFileName(path)}, got {tokens.Count}; both must come from one download.");
            }

            if (!told.ContainsKey("lang_" + language))
            {
                throw new ModelException($"{path}: --language {language}: this model hears {string.Join(", ", told.Keys.Where(k => k.StartsWith("lang_", StringComparison.Ordinal)).Select(k => k[5..]).Where(k => k is not ("auto" or "nospeech")).Order())}.");
            }

            return new SenseVoiceSpeechToText(session, new FrameStack(window, shift, means, spreads), tokens, language, Number("lang_" + language), Number("with_itn"));

            int Number(string key) => int.TryParse(told.GetValueOrDefault(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw new ModelException($"{path}: a whole number for {key} expected in its metadata, got \"{told.GetValueOrDefault(key, "")}\".");

            float[] Numbers(string key) => [.. told.GetValueOrDefault(key, "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => float.TryParse(n, CultureInfo.InvariantCulture, out float value)
                ? value
                : throw new ModelException($"{path}: numbers for {key} expected in its metadata, got \"{n}\"."))];
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default)
    {
        if (samples.Length > MaxSeconds * SpeechFormat.SampleRateHz)
        {
            return new Transcript(TranscriptOutcome.Failed, "", $"speech: at most {MaxSeconds} s expected, got {samples.Length / SpeechFormat.SampleRateHz} s", TimeSpan.Zero);
        }

        if (FilterBank.FramesOf(samples.Length) == 0)
        {
            return new Transcript(TranscriptOutcome.NothingHeard, "", "", TimeSpan.Zero) { Confidence = 0 };
        }

        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Transcribe(samples.Span, cancellation), cancellation).ConfigureAwait(false);
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
    public void Dispose()
    {
        _session.Dispose();
        _one.Dispose();
    }

    private Transcript Transcribe(ReadOnlySpan<short> samples, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        float[] rows = _stack.Stack(FilterBank.Extract(samples));
        using var run = new RunOptions();
        using CancellationTokenRegistration stop = cancellation.Register(() => run.Terminate = true);
        using OrtValue x = OrtValue.CreateTensorValueFromMemory(rows, [1, rows.Length / _stack.Width, _stack.Width]);
        using OrtValue length = OrtValue.CreateTensorValueFromMemory(new[] { rows.Length / _stack.Width }, [1]);
        using OrtValue language = OrtValue.CreateTensorValueFromMemory(new[] { _language }, [1]);
        using OrtValue textNorm = OrtValue.CreateTensorValueFromMemory(new[] { _textNorm }, [1]);
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(run, Inputs, [x, length, language, textNorm], Outputs);
        List<int> tokens = Ctc(results[0].GetTensorDataAsSpan<float>(), _tokens.Count, out float confidence);
        string text = _tokens.Decode(tokens, out IReadOnlyList<string> tags);
        bool heard = text.Any(char.IsLetterOrDigit) && !tags.Contains("nospeech");
        return new Transcript(heard ? TranscriptOutcome.Text : TranscriptOutcome.NothingHeard, heard ? text : "", "", Stopwatch.GetElapsedTime(begin)) { Confidence = heard ? confidence : 0 };
    }

    /// <summary>The best piece of each row, where it is no blank and not the one of the row before.</summary>
    /// <param name="scores">Rows of scores, any scale.</param>
    /// <param name="pieces">Scores of one row.</param>
    /// <param name="confidence">Geometric mean of the probabilities of the pieces taken; 0 without any.</param>
    internal static List<int> Ctc(ReadOnlySpan<float> scores, int pieces, out float confidence)
    {
        List<int> tokens = [];
        double logProbability = 0;
        int before = Blank;
        for (int at = 0; at + pieces <= scores.Length; at += pieces)
        {
            ReadOnlySpan<float> row = scores.Slice(at, pieces);
            int best = TensorPrimitives.IndexOfMax(row);
            if (best != Blank && best != before)
            {
                double sum = 0;
                foreach (float score in row)
                {
                    sum += MathF.Exp(score - row[best]);
                }

                logProbability -= Math.Log(sum);
                tokens.Add(best);
            }

            before = best;
        }

        confidence = tokens.Count == 0 ? 0 : (float)Math.Exp(logProbability / tokens.Count);
        return tokens;
    }
}
