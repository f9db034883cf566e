using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>A speech model that the owner brought: which kind it is shows in its files.</summary>
public static class SpeechFolder
{
    /// <summary>What is known here, for messages.</summary>
    public const string Kinds = "SenseVoice (model.int8.onnx or model.onnx, tokens.txt) or Moonshine (encoder_model.onnx, decoder_model_merged.onnx, tokenizer.json)";

    /// <summary>Loads the model of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="language">What it shall listen for.</param>
    /// <param name="threads">0: all cores but one, at most 4.</param>
    /// <exception cref="ModelException">No such folder, no model this gateway knows, or one that is broken; in one sentence.</exception>
    public static ISpeechToText Load(string folder, string language, int threads = 0)
    {
        if (!Directory.Exists(folder))
        {
            throw new ModelException($"--speech {folder}: no such folder, and no speech model was pulled by this name.");
        }

        return MoonshineLayout.GraphsIn(folder) is not null ? MoonshineSpeechToText.Load(folder, language, threads)
            : SenseVoiceSpeechToText.GraphIn(folder) is not null ? SenseVoiceSpeechToText.Load(folder, language, threads)
            : throw new ModelException($"{folder}: {Kinds} expected, got {(Directory.GetFiles(folder) is { Length: > 0 } files ? string.Join(", ", files.Select(Path.GetFileName).Take(8)) : "an empty folder")}.");
    }
}
