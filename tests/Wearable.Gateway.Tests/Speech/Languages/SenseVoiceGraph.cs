using System.Globalization;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>
/// A model of SenseVoice's layout that hears tones: 500 Hz is 你, 1500 Hz is 好, 3000 Hz is 吗. Its four first rows tell the language it was asked for, as the
/// real one's do.
/// </summary>
internal static class SenseVoiceGraph
{
    public static readonly string[] Pieces = ["<blank>", "你", "好", "吗", "<|zh|>", "<|en|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", "<|nospeech|>", "\u2581hi"];
    private const int Width = 560, Window = 7;

    public static void Write(string folder, Action<OnnxWriter>? metadata = null, string[]? pieces = null, int width = Width)
    {
        pieces ??= Pieces;
        string path = Path.Combine(folder, "model.onnx");
        using OnnxWriter graph = new(path);
        graph.Input("x", OnnxType.Float, "N", "T", width);
        foreach (string name in (string[])["x_length", "language", "text_norm"])
        {
            graph.Input(name, OnnxType.Int32, "N");
        }

        // One column of the input for each piece: rows of tags are unit vectors, rows of sound the energy of a band.
        int tags = Pieces.Length;
        float[] ask = new float[16 * width];
        ask[(3 * width) + 4] = ask[(4 * width) + 5] = ask[(14 * width) + 8] = 100; // languages zh and en, with_itn
        graph.Floats("embed", [16, width], ask);
        float[] events = new float[2 * width];
        events[6] = events[width + 7] = 100;
        graph.Floats("events", [1, 2, width], events);
        graph.Longs("one", [1], 1);
        string language = graph.Node("Unsqueeze", [graph.Node("Gather", ["embed", "language"]), "one"]);
        string norm = graph.Node("Unsqueeze", [graph.Node("Gather", ["embed", "text_norm"]), "one"]);

        // Sound first goes to the columns behind the tags, so that energies and tags do not meet.
        float[] move = new float[width * width];
        foreach ((int band, int piece) in new[] { (BandOf(500), 1), (BandOf(1500), 2), (BandOf(3000), 3) })
        {
            move[((3 * FilterBank.Bands) + band) * width + piece] = 1; // the middle frame of the seven
        }

        graph.Floats("move", [width, width], move);
        string sound = graph.Node("MatMul", ["x", "move"]);
        string rows = graph.Node("Concat", [language, "events", norm, sound], [("axis", 1)]);
        float[] score = new float[width * pieces.Length];
        for (int piece = 1; piece < Math.Min(tags, pieces.Length); piece++)
        {
            score[(piece * pieces.Length) + piece] = 1;
        }

        float[] bias = new float[pieces.Length];
        bias[0] = 15; // blank, until a band is louder than e^15
        graph.Floats("score", [width, pieces.Length], score);
        graph.Floats("bias", [pieces.Length], bias);
        graph.Node("Add", [graph.Node("MatMul", [rows, "score"]), "bias"], outputs: ["logits"]);
        graph.Output("logits", OnnxType.Float, "N", "T", pieces.Length);
        foreach ((string key, string value) in Told(width))
        {
            graph.Metadata(key, value);
        }

        metadata?.Invoke(graph);
        graph.Save();
        File.WriteAllLines(Path.Combine(folder, "tokens.txt"), pieces.Select((p, i) => $"{p} {i}"));
    }

    public static int BandOf(double hz)
    {
        double Mel(double f) => 1127 * Math.Log(1 + (f / 700));
        return (int)Math.Round((Mel(hz) - Mel(20)) / ((Mel(8000) - Mel(20)) / 81)) - 1;
    }

    private static IEnumerable<(string Key, string Value)> Told(int width) =>
    [
        ("model_type", "sense_voice_ctc"), ("lfr_window_size", Window.ToString(CultureInfo.InvariantCulture)), ("lfr_window_shift", "6"),
        ("neg_mean", string.Join(',', Enumerable.Repeat("0.5", width))), ("inv_stddev", string.Join(',', Enumerable.Repeat("1.0", width))),
        ("lang_auto", "0"), ("lang_zh", "3"), ("lang_en", "4"), ("lang_nospeech", "13"), ("with_itn", "14"), ("without_itn", "15"),
    ];
}
