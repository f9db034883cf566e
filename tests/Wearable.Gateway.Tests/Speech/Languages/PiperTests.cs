using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>The real loader of Piper voices on a voice made here: which numbers it gets, what comes out, and one sentence for everything that can be wrong.</summary>
public sealed class PiperTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-piper-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Phonemes_stand_between_begin_and_end_with_a_pad_behind_each()
    {
        PiperVoice voice = PiperVoice.Read(PiperVoiceFiles.Write(_folder) + ".json");
        Assert.Equal([1, 0, 10, 0, 11, 0, 4, 0, 2], voice.IdsOf("ab."));
        Assert.Equal([1, 0, 10, 0, 12, 0, 2], voice.IdsOf("\u00E1")); // an accent is a phoneme of its own
        Assert.Equal([1, 0, 10, 0, 2], voice.IdsOf("aЖ")); // unknown ones are left out
        Assert.Empty(voice.IdsOf("Ж"));
    }

    [Fact]
    public async Task A_voice_of_letters_speaks_at_sixteen_kilohertz_and_evenly_loud()
    {
        PiperVoiceFiles.Write(_folder);
        using PiperTextToSpeech voice = PiperTextToSpeech.Load(_folder, "a", 1);
        SpokenText spoken = await voice.SpeakAsync("AB");
        Assert.Equal(SpokenOutcome.Spoken, spoken.Outcome);
        Assert.Equal(7 * PiperVoiceFiles.SamplesPerId * 16000 / PiperVoiceFiles.RateHz, spoken.Samples.Length); // ^ _ a _ b _ $
        Assert.Equal(29490, spoken.Samples.Max(s => Math.Abs((int)s)), 200.0);
        // Third of seven is "a" with number 10: 1,000 Hz, 40 waves in the middle 40 ms.
        short[] a = spoken.Samples[(2 * 800 + 80)..(2 * 800 + 80 + 640)];
        Assert.InRange(Enumerable.Range(1, a.Length - 1).Count(i => a[i - 1] < 0 && a[i] >= 0), 39, 41);
    }

    [Fact]
    public async Task Chinese_is_said_sentence_by_sentence_and_other_scripts_are_nothing_to_say()
    {
        PiperVoiceFiles.Write(_folder);
        using PiperTextToSpeech voice = PiperTextToSpeech.Load(_folder, "你", 1);
        SpokenText one = await voice.SpeakAsync("你好。"), two = await voice.SpeakAsync("你好。你好。");
        Assert.Equal((2 * one.Samples.Length) + (120 * 16), two.Samples.Length);
        Assert.Equal(SpokenOutcome.NothingToSay, (await voice.SpeakAsync("жж")).Outcome);
        Assert.Equal(SpokenOutcome.NothingToSay, (await voice.SpeakAsync("?! ")).Outcome);
    }

    [Fact]
    public async Task Speakers_are_voices_and_unknown_ones_are_refused()
    {
        PiperVoiceFiles.Write(_folder, PiperVoiceFiles.Config(speakers: 2), speakers: 2);
        using PiperTextToSpeech voice = PiperTextToSpeech.Load(_folder, "a", 1);
        Assert.Equal(["low", "high"], voice.Voices);
        short[] low = (await voice.SpeakAsync("a")).Samples, high = (await voice.SpeakAsync("a", new SpeakingStyle("high"))).Samples;
        Assert.NotEqual(low, high);
        await Assert.ThrowsAsync<ArgumentException>(() => voice.SpeakAsync("a", new SpeakingStyle("slt")));
        await Assert.ThrowsAsync<ArgumentException>(() => voice.SpeakAsync("a", new SpeakingStyle(SpeedPercent: 20)));
    }

    [Fact]
    public void Every_fault_of_a_voice_is_one_sentence_that_names_it()
    {
        Assert.Contains("one voice expected, NAME.onnx with NAME.onnx.json beside it", Problem());
        string graph = PiperVoiceFiles.Write(_folder);
        byte[] whole = File.ReadAllBytes(graph);
        File.WriteAllBytes(graph, whole[..(whole.Length / 2)]);
        Assert.Contains("truncated", Problem());
        File.WriteAllBytes(graph, whole);

        File.WriteAllText(graph + ".json", "{ \"audio\": {} }");
        Assert.Contains("the configuration of a Piper voice expected, got a file that is none", Problem());
        PiperVoiceFiles.Write(_folder, PiperVoiceFiles.Config(rateHz: 100));
        Assert.Contains("a sample_rate from 8000 to 48000 Hz expected, got 100", Problem());
        PiperVoiceFiles.Write(_folder, PiperVoiceFiles.Config("pinyin"));
        Assert.Contains("phoneme_type espeak or text expected, got \"pinyin\"", Problem());
        PiperVoiceFiles.Write(_folder, PiperVoiceFiles.Config("espeak", "de; rm -rf /"));
        Assert.Contains("the name of an espeak voice expected", Problem());
        PiperVoiceFiles.Write(_folder, PiperVoiceFiles.Config("espeak", "qqq"));
        Assert.Contains("espeak-ng", Problem()); // not installed, or without this voice: either is said
        PiperVoiceFiles.Write(_folder, more: g => g.Input("pitch", OnnxType.Float, 1));
        Assert.Contains("inputs input, input_lengths, scales expected, got input, input_lengths, scales, pitch", Problem());
        File.Delete(graph + ".json");
        Assert.Contains("NAME.onnx.json beside it", Problem());
    }

    [Fact]
    public void Without_the_program_for_phonemes_it_says_what_to_install()
    {
        string message = Assert.Throws<ModelException>(() => EspeakPhonemes.Find("de", "hallo", searchPath: _folder)).Message;
        Assert.Contains("needs the program espeak-ng", message);
        Assert.Contains("apt install espeak-ng", message);
    }

    [Fact]
    public void Phonemes_come_from_espeak_where_it_is_installed()
    {
        if (!Installed)
        {
            Assert.Skip("espeak-ng is not installed here; it is optional");
        }

        Assert.Equal("tˈas, ˈaʊtoː?", EspeakPhonemes.Find("de", "hallo").Of("Das, Auto?").Replace("d", "t"));
        // Debian's espeak-ng 1.51 reads Chinese as English letters in its voice "cmn"; another of its voices reads it.
        string chinese = EspeakPhonemes.Find("cmn", "你好").Of("现在三点。");
        Assert.StartsWith("ɕ", chinese);
        Assert.EndsWith(".", chinese);
    }

    [Theory]
    [InlineData("现在是下午五点零五分。你好吗？好", new[] { "现在是下午五点零五分。", "你好吗？", "好" })]
    [InlineData("It is 3.5 degrees. Good.", new[] { "It is 3.5 degrees.", "Good." })]
    [InlineData("**bold** [link]", new[] { "bold link" })]
    public void Text_is_cut_at_sentences_and_loses_its_markup(string text, string[] expected) =>
        Assert.Equal(expected, VoiceText.Sentences(VoiceText.Clean(text), 240));

    private static bool Installed => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, "espeak-ng")));

    private string Problem() => Assert.Throws<ModelException>(() => PiperTextToSpeech.Load(_folder, "a", 1)).Message;
}
