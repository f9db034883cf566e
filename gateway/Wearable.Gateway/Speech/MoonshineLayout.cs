using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>Inputs, outputs and sizes of one member of the Moonshine family, read from its graphs: tiny has 6 layers, 8 heads of 36, base 8 of 8 of 52.</summary>
internal sealed class MoonshineLayout
{
    /// <summary>Names of the graphs in a folder.</summary>
    public const string EncoderName = "encoder_model.onnx", DecoderName = "decoder_model_merged.onnx";

    private const string Sound = "input_values", SoundMask = "attention_mask", DecoderMask = "encoder_attention_mask", Past = "past_key_values.";
    private static readonly string[] Encoded = ["last_hidden_state"];
    private static readonly string[] CacheKinds = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"];

    private readonly bool _encoderHasMask;

    private MoonshineLayout(int layers, int heads, int headSize, bool encoderHasMask, bool decoderHasMask)
    {
        (Heads, HeadSize, _encoderHasMask, DecoderHasMask) = (heads, headSize, encoderHasMask, decoderHasMask);
        string[] caches = [.. from layer in Enumerable.Range(0, layers) from kind in CacheKinds select $"{layer}.{kind}"];
        Caches = caches.Length;
        DecoderInputs = ["input_ids", "encoder_hidden_states", "use_cache_branch", .. caches.Select(name => Past + name), .. decoderHasMask ? [DecoderMask] : Array.Empty<string>()];
        DecoderOutputs = ["logits", .. caches.Select(name => "present." + name)];
    }

    /// <summary>Heads of one cache, and numbers of one head.</summary>
    public int Heads { get; }

    /// <inheritdoc cref="Heads"/>
    public int HeadSize { get; }

    /// <summary>How many caches there are; they stand behind the first three inputs and the first output.</summary>
    public int Caches { get; }

    /// <summary>Whether the decoder wants to be told that all of the sound counts; the last input then.</summary>
    public bool DecoderHasMask { get; }

    /// <summary>Names of the decoder's inputs in the order they are given.</summary>
    public string[] DecoderInputs { get; }

    /// <summary>Names of the decoder's outputs.</summary>
    public string[] DecoderOutputs { get; }

    /// <summary>True for the caches of the text, which grow with each step; the others belong to the sound.</summary>
    public static bool IsOfText(int cache) => cache % CacheKinds.Length < 2;

    /// <summary>Where a folder has the graphs; null when it has none.</summary>
    public static string? GraphsIn(string folder) =>
        new[] { folder, Path.Combine(folder, "onnx") }.FirstOrDefault(f => File.Exists(Path.Combine(f, EncoderName)) && File.Exists(Path.Combine(f, DecoderName)));

    /// <summary>Reads the sizes.</summary>
    /// <exception cref="ModelException">Graphs of another kind, or of another vocabulary.</exception>
    public static MoonshineLayout Of(InferenceSession encoder, InferenceSession decoder, string decoderPath, int vocabulary)
    {
        string encoderPath = Path.Combine(Path.GetDirectoryName(decoderPath)!, EncoderName);
        SpeechGraph.Expect(encoder, encoderPath, [Sound], Encoded, [SoundMask]);
        int[] layers = [.. decoder.InputMetadata.Keys.Where(k => k.StartsWith(Past, StringComparison.Ordinal)).Select(k => k[Past.Length..].Split('.')[0])
            .Where(n => n.All(char.IsAsciiDigit)).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        int[] shape = decoder.InputMetadata.TryGetValue(Past + "0." + CacheKinds[0], out NodeMetadata? cache) ? cache.Dimensions : [];
        if (layers.Length == 0 || shape.Length != 4 || shape[1] < 1 || shape[3] < 1)
        {
            throw new ModelException($"{decoderPath}: {Past}0.{CacheKinds[0]} with known heads and sizes expected, got [{string.Join(", ", shape)}]; it is a model of another kind.");
        }

        MoonshineLayout layout = new(layers.Max() + 1, shape[1], shape[3], encoder.InputMetadata.ContainsKey(SoundMask), decoder.InputMetadata.ContainsKey(DecoderMask));
        SpeechGraph.Expect(decoder, decoderPath, layout.DecoderInputs, layout.DecoderOutputs);
        int pieces = decoder.OutputMetadata["logits"].Dimensions[^1];
        return pieces < 0 || pieces >= vocabulary // Moonshine's own marks lie above the vocabulary
            ? layout
            : throw new ModelException($"{decoderPath}: at most {pieces} pieces of text expected, got {vocabulary} in the vocabulary; both must come from one download.");
    }

    /// <summary>Runs the encoder over a sound.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Encode(InferenceSession encoder, RunOptions run, float[] sound)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(sound, [1, sound.Length]);
        if (!_encoderHasMask)
        {
            return encoder.Run(run, [Sound], [input], Encoded);
        }

        long[] all = new long[sound.Length];
        Array.Fill(all, 1L);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(all, [1, all.Length]);
        return encoder.Run(run, [Sound, SoundMask], [input, mask], Encoded);
    }
}
