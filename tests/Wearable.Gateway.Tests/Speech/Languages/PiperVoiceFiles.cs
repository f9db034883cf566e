using System.Text.Json;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>A voice of Piper's layout that says each phoneme number as a tone: 100 Hz times the number, 1,103 samples long at 22.05 kHz.</summary>
internal static class PiperVoiceFiles
{
    public const int SamplesPerId = 1103, RateHz = 22050, Ids = 40;

    public static string Write(string folder, object? config = null, int speakers = 1, Action<OnnxWriter>? more = null)
    {
        string path = Path.Combine(folder, "xx_XX-tones-low.onnx");
        using OnnxWriter graph = new(path);
        graph.Input("input", OnnxType.Int64, "batch", "phonemes");
        graph.Input("input_lengths", OnnxType.Int64, "batch");
        graph.Input("scales", OnnxType.Float, 3);
        if (speakers > 1)
        {
            graph.Input("sid", OnnxType.Int64, "batch");
        }

        float[] table = new float[Ids * SamplesPerId];
        for (int id = 1; id < Ids; id++)
        {
            for (int i = 0; i < SamplesPerId; i++)
            {
                table[(id * SamplesPerId) + i] = 0.1f * MathF.Sin(2 * MathF.PI * 100 * id * i / RateHz);
            }
        }

        graph.Floats("table", [Ids, SamplesPerId], table);
        graph.Longs("flat", [4], 1, 1, 1, -1);
        string ids = speakers > 1 ? graph.Node("Add", ["input", "sid"]) : "input"; // another speaker is one tone higher
        graph.Node("Reshape", [graph.Node("Gather", ["table", ids]), "flat"], outputs: ["output"]);
        graph.Output("output", OnnxType.Float, "batch", 1, 1, "time");
        more?.Invoke(graph);
        graph.Save();
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(config ?? Config()));
        return path;
    }

    public static Dictionary<string, object> Config(string type = "text", string voice = "de", int rateHz = RateHz, int speakers = 1) => new()
    {
        ["audio"] = new { sample_rate = rateHz },
        ["espeak"] = new { voice },
        ["phoneme_type"] = type,
        ["inference"] = new { noise_scale = 0.667, length_scale = 1.0, noise_w = 0.8 },
        ["num_speakers"] = speakers,
        ["speaker_id_map"] = speakers > 1 ? new Dictionary<string, int> { ["low"] = 0, ["high"] = 1 } : new Dictionary<string, int>(),
        ["phoneme_id_map"] = new Dictionary<string, int[]>
        {
            ["_"] = [0], ["^"] = [1], ["$"] = [2], [" "] = [3], ["."] = [4], ["?"] = [5], [","] = [6], ["a"] = [10], ["b"] = [11], ["\u0301"] = [12], ["t"] = [13], ["你"] = [14], ["好"] = [15], ["s"] = [16], ["ˈ"] = [17],
        },
    };
}
