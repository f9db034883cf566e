using Microsoft.ML.OnnxRuntime;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Models;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Wearable.Gateway.Speech;

/// <summary>Opens the graphs of speech models that a user brought, so that what is wrong with one is told in one sentence.</summary>
internal static class SpeechGraph
{
    /// <summary>All cores but one, at most four.</summary>
    public static int Threads(int wanted) => wanted == 0 ? Math.Clamp(Environment.ProcessorCount - 1, 1, 4) : wanted;

    /// <summary>Loads a graph.</summary>
    /// <exception cref="ModelException">Missing, truncated, or nothing this runtime can load.</exception>
    public static InferenceSession Open(string path, int threads)
    {
        foreach (ExternalWeights weights in OnnxFile.Read(path).External)
        {
            string file = Path.Combine(Path.GetDirectoryName(path)!, weights.File);
            if (!File.Exists(file) || new FileInfo(file).Length < weights.End)
            {
                throw new ModelException($"{file}: {weights.End} bytes of weights expected by {Path.GetFileName(path)}, got {(File.Exists(file) ? new FileInfo(file).Length : 0)}; download it again.");
            }
        }

        using SessionOptions options = new()
        {
            IntraOpNumThreads = Threads(threads),
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, // told below instead
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // idle threads leave the cores to the broker
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"{path} does not load: {e.Message.ReplaceLineEndings(" ").Trim()}; download it again.", e);
        }
    }

    /// <summary>Compares the names of inputs and outputs.</summary>
    /// <exception cref="ModelException">One that is needed is not there, or one is there that nobody fills.</exception>
    public static void Expect(InferenceSession session, string path, IReadOnlyCollection<string> inputs, IReadOnlyCollection<string> outputs, IReadOnlyCollection<string>? mayHave = null)
    {
        Names("inputs", session.InputMetadata.Keys, inputs, mayHave ?? []);
        Names("outputs", session.OutputMetadata.Keys, outputs, session.OutputMetadata.Keys);

        void Names(string what, IEnumerable<string> has, IReadOnlyCollection<string> needs, IEnumerable<string> allowed)
        {
            if (needs.Except(has).Any() || has.Except(needs).Except(allowed).Any())
            {
                throw new ModelException($"{path}: {what} {string.Join(", ", needs)} expected, got {string.Join(", ", has)}; it is a model of another kind.");
            }
        }
    }
}
