using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>The real loader and front end on a model made here: what it hears, and one sentence for everything that can be wrong with its folder.</summary>
public sealed class SenseVoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-sensevoice-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tones_become_characters_once_each_however_long_they_last()
    {
        SenseVoiceGraph.Write(_folder);
        using SenseVoiceSpeechToText listening = (SenseVoiceSpeechToText)SpeechFolder.Load(_folder, "zh", 1);
        Assert.Equal("zh", listening.Language);
        Transcript heard = await listening.TranscribeAsync(Tones.Of((0, 200), (500, 400), (0, 200), (1500, 300), (0, 200), (500, 400), (3000, 500)));
        Assert.Equal((TranscriptOutcome.Text, "你好你吗"), (heard.Outcome, heard.Text));
        Assert.InRange(heard.Confidence, 0.5f, 1f);
    }

    [Fact]
    public async Task Silence_and_less_than_a_frame_hold_no_words_and_too_long_sound_fails_by_name()
    {
        SenseVoiceGraph.Write(_folder);
        using SenseVoiceSpeechToText listening = SenseVoiceSpeechToText.Load(_folder, "en", 1);
        Assert.Equal(TranscriptOutcome.NothingHeard, (await listening.TranscribeAsync(new short[16000])).Outcome);
        Assert.Equal(TranscriptOutcome.NothingHeard, (await listening.TranscribeAsync(new short[100])).Outcome);
        Transcript long_ = await listening.TranscribeAsync(new short[31 * 16000]);
        Assert.Equal("speech: at most 30 s expected, got 31 s", long_.Reason);
    }

    [Fact]
    public async Task Two_at_once_and_a_cancelled_one_do_not_disturb_each_other()
    {
        SenseVoiceGraph.Write(_folder);
        using SenseVoiceSpeechToText listening = SenseVoiceSpeechToText.Load(_folder, "zh", 1);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Task<Transcript> first = listening.TranscribeAsync(Tones.Of((500, 400))), second = listening.TranscribeAsync(Tones.Of((1500, 400)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening.TranscribeAsync(Tones.Of((500, 400)), cancelled.Token));
        Assert.Equal(["你", "好"], [(await first).Text, (await second).Text]);
    }

    [Fact]
    public void A_language_that_the_model_does_not_hear_is_refused_with_those_it_does()
    {
        SenseVoiceGraph.Write(_folder);
        Assert.EndsWith("--language es: this model hears en, zh.", Problem("es"));
    }

    [Fact]
    public void Every_fault_of_a_folder_is_one_sentence_that_names_it()
    {
        Assert.Contains("SenseVoice (model.int8.onnx or model.onnx, tokens.txt) or Moonshine", Problem());
        SenseVoiceGraph.Write(_folder);
        string graph = Path.Combine(_folder, "model.onnx"), tokens = Path.Combine(_folder, "tokens.txt");
        byte[] whole = File.ReadAllBytes(graph);
        string[] lines = File.ReadAllLines(tokens);

        File.WriteAllBytes(graph, whole[..(whole.Length / 2)]);
        Assert.Contains("model.onnx: truncated", Problem());
        File.WriteAllText(graph, "not a graph at all");
        Assert.Contains("an ONNX file expected, got other bytes", Problem());
        File.WriteAllBytes(graph, whole);

        File.WriteAllLines(tokens, lines[..^1]);
        Assert.Contains($"{lines.Length} tokens expected by model.onnx, got {lines.Length - 1}", Problem());
        File.WriteAllLines(tokens, ["你 0", "好"]);
        Assert.Contains("tokens.txt, line 2: a piece and its own number below 2 expected, got \"好\"", Problem());
        File.Delete(tokens);
        Assert.Contains("expected, got model.onnx", Problem());
    }

    [Fact]
    public void A_graph_of_other_shape_or_kind_is_refused()
    {
        SenseVoiceGraph.Write(_folder, width: 480);
        Assert.Contains("560 columns expected (7 frames of 80 bands), got 480 in the graph, 480 means", Problem());
        SenseVoiceGraph.Write(_folder, graph => graph.Metadata("model_type", "whisper"));
        Assert.Contains("model_type sense_voice_ctc expected in its metadata, got \"whisper\"", Problem());
    }

    private string Problem(string language = "zh") => Assert.Throws<ModelException>(() => SpeechFolder.Load(_folder, language, 1)).Message;
}
