using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Models;

namespace Wearable.Gateway.Tests.Speech;

/// <summary>The real models, end to end: what one says, the other hears.</summary>
public class SpeechEnginesTests
{
    [Theory]
    [InlineData("what time is it", "awb")]
    [InlineData("what time is it", "slt")]
    [InlineData("what is my heart rate", "awb")]
    [InlineData("tell me a joke", "rms")]
    [InlineData("remember that my favorite color is blue", "awb")]
    [InlineData("forget my favorite color", "rms")]
    [InlineData("I would like to hear a story about a bear", "slt")]
    public async Task Spoken_sentence_comes_back_as_text(string sentence, string voice)
    {
        SpeechEngines engines = await TestModels.Engines;
        SpokenText spoken = await engines.TextToSpeech.SpeakAsync(sentence, new SpeakingStyle(voice));
        Assert.Equal(SpokenOutcome.Spoken, spoken.Outcome);
        Transcript heard = await engines.SpeechToText.TranscribeAsync(spoken.Samples);
        Assert.Equal(TranscriptOutcome.Text, heard.Outcome);
        Assert.Equal(Words(sentence), Words(heard.Text));
        Assert.InRange(heard.Confidence, 0.6f, 1f);
    }

    [Theory]
    [InlineData("awb")]
    [InlineData("rms")]
    [InlineData("slt")]
    public async Task A_word_scores_far_above_one_that_sounds_alike(string voice)
    {
        SpeechEngines engines = await TestModels.Engines;
        double said = await engines.WordScorer.ScoreAsync((await engines.TextToSpeech.SpeakAsync("computer", new SpeakingStyle(voice))).Samples, "computer");
        double other = await engines.WordScorer.ScoreAsync((await engines.TextToSpeech.SpeakAsync("come over", new SpeakingStyle(voice))).Samples, "computer");
        Assert.InRange(said, -7, 0);
        Assert.True(other < said - 4, $"{voice}: computer {said:0.0}, come over {other:0.0}");
    }

    [Fact]
    public async Task Silence_is_no_word()
    {
        IWordScorer scorer = (await TestModels.Engines).WordScorer;
        Assert.True(await scorer.ScoreAsync(new short[16000], "computer") < -10);
        await Assert.ThrowsAsync<ArgumentException>(() => scorer.ScoreAsync(ReadOnlyMemory<short>.Empty, "computer"));
    }

    [Fact]
    public async Task Silence_holds_no_words()
    {
        ISpeechToText listening = (await TestModels.Engines).SpeechToText;
        Assert.Equal(TranscriptOutcome.NothingHeard, (await listening.TranscribeAsync(new short[16000])).Outcome);
        Assert.Equal(TranscriptOutcome.NothingHeard, (await listening.TranscribeAsync(Hiss(seconds: 3))).Outcome);
        Assert.Equal(TranscriptOutcome.NothingHeard, (await listening.TranscribeAsync(ReadOnlyMemory<short>.Empty)).Outcome);
    }

    [Fact]
    public async Task Words_between_long_noisy_pauses_are_heard()
    {
        SpeechEngines engines = await TestModels.Engines;
        short[] words = (await engines.TextToSpeech.SpeakAsync("what time is it", new SpeakingStyle("rms"))).Samples;
        var sound = new short[32000 + words.Length + 32000];
        var random = new Random(11);
        for (int i = 0; i < sound.Length; i++)
        {
            int word = i >= 32000 && i - 32000 < words.Length ? words[i - 32000] : 0;
            sound[i] = (short)Math.Clamp(word + random.Next(-500, 501), short.MinValue, short.MaxValue);
        }

        Assert.Equal(["what", "time", "is", "it"], Words((await engines.SpeechToText.TranscribeAsync(sound)).Text));
    }

    [Fact]
    public async Task Too_long_sound_is_a_failure_with_its_reason()
    {
        SpeechEngines engines = await TestModels.Engines;
        short[] words = (await engines.TextToSpeech.SpeakAsync("one two three four five six seven eight nine ten")).Samples;
        short[] endless = [.. Enumerable.Repeat(words, 1 + (31 * 16000 / words.Length)).SelectMany(w => w)];
        Transcript heard = await engines.SpeechToText.TranscribeAsync(endless.AsMemory(0, 31 * 16000 + 8000));
        Assert.Equal((TranscriptOutcome.Failed, "speech: at most 30 s expected, got 31 s"), (heard.Outcome, heard.Reason));
    }

    [Fact]
    public async Task Cancelled_work_ends_and_the_next_is_served()
    {
        SpeechEngines engines = await TestModels.Engines;
        short[] minute = (await engines.TextToSpeech.SpeakAsync(string.Concat(Enumerable.Repeat("This is a rather long sentence. ", 10)))).Samples;
        using var cancel = new CancellationTokenSource();
        Task<Transcript> work = engines.SpeechToText.TranscribeAsync(minute, cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engines.TextToSpeech.SpeakAsync("hello", null, cancel.Token));

        Assert.Equal(TranscriptOutcome.Text, (await engines.SpeechToText.TranscribeAsync(minute.AsMemory(0, 16000 * 4))).Outcome);
        Assert.Equal(SpokenOutcome.Spoken, (await engines.TextToSpeech.SpeakAsync("hello")).Outcome);
    }

    [Fact]
    public async Task Several_at_once_each_get_their_own_words()
    {
        SpeechEngines engines = await TestModels.Engines;
        string[] sentences = ["what time is it", "tell me a joke", "what is my heart rate", "it is raining again"];
        SpokenText[] spoken = await Task.WhenAll(sentences.Select(s => engines.TextToSpeech.SpeakAsync(s, new SpeakingStyle("awb"))));
        Transcript[] heard = await Task.WhenAll(spoken.Select(s => engines.SpeechToText.TranscribeAsync(s.Samples)));
        Assert.Equal(sentences, heard.Select(h => string.Join(' ', Words(h.Text))));
    }

    [Fact]
    public async Task Same_words_give_the_same_sound_and_speed_changes_its_length()
    {
        ITextToSpeech speaking = (await TestModels.Engines).TextToSpeech;
        const string text = "the same words give the same sound";
        SpokenText once = await speaking.SpeakAsync(text), again = await speaking.SpeakAsync(text);
        Assert.Equal(once.Samples, again.Samples);
        SpokenText slow = await speaking.SpeakAsync(text, new SpeakingStyle(SpeedPercent: 50));
        Assert.InRange(slow.DurationMs, once.DurationMs * 1.8, once.DurationMs * 2.2);
        Assert.InRange(once.DurationMs, 1000, 3500);
    }

    [Fact]
    public async Task Every_voice_speaks_in_its_own_way()
    {
        ITextToSpeech speaking = (await TestModels.Engines).TextToSpeech;
        Assert.Equal(["slt", "rms", "awb", "kal"], speaking.Voices);
        SpokenText[] all = await Task.WhenAll(speaking.Voices.Select(voice => speaking.SpeakAsync("good morning", new SpeakingStyle(voice))));
        Assert.All(all, spoken => Assert.InRange(spoken.DurationMs, 400, 2000));
        Assert.Equal(all.Length, all.Select(spoken => spoken.Samples.Length).Distinct().Count());
    }

    [Fact]
    public async Task Unknown_voice_and_wild_speed_are_refused()
    {
        ITextToSpeech speaking = (await TestModels.Engines).TextToSpeech;
        Assert.Contains("'bob'", (await Assert.ThrowsAsync<ArgumentException>(() => speaking.SpeakAsync("hi", new SpeakingStyle("bob")))).Message);
        Assert.Contains("300 %", (await Assert.ThrowsAsync<ArgumentException>(() => speaking.SpeakAsync("hi", new SpeakingStyle(null, 300)))).Message);
    }

    [Fact]
    public async Task Nothing_to_say_is_no_sound()
    {
        SpokenText spoken = await (await TestModels.Engines).TextToSpeech.SpeakAsync("\u4F60\u597D ...");
        Assert.Equal((SpokenOutcome.NothingToSay, 0), (spoken.Outcome, spoken.Samples.Length));
    }

    [Theory]
    [InlineData("-voice none --help -o /etc/passwd")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("1234567890123456789012345678901234567890 99999999999999 $1,000,000.00 3.14159")]
    [InlineData("%s %n %d %x")]
    [InlineData("http://example.org/a?b=c&d=e 12:61:99 31/31/2031 -40\u00B0C")]
    public async Task Odd_text_is_spoken_or_refused_but_breaks_nothing(string text)
    {
        SpokenText spoken = await (await TestModels.Engines).TextToSpeech.SpeakAsync(text);
        Assert.Equal(SpokenOutcome.Spoken, spoken.Outcome);
        Assert.InRange(spoken.DurationMs, 300, 60_000);
    }

    [Fact]
    public async Task Compiled_voice_that_was_damaged_is_compiled_again()
    {
        ModelFiles files = await TestModels.Files;
        string folder = Directory.CreateTempSubdirectory("wearable-compiled-").FullName;
        try
        {
            new FliteTextToSpeech(files.PathOf("flite"), folder).Dispose();
            string kept = Assert.Single(Directory.GetFiles(folder, "*.cwasm"));
            byte[] good = await File.ReadAllBytesAsync(kept);
            byte[] bad = [.. good];
            bad[bad.Length / 2] ^= 0x55;
            await File.WriteAllBytesAsync(kept, bad);
            using var speaking = new FliteTextToSpeech(files.PathOf("flite"), folder);
            Assert.Equal(SpokenOutcome.Spoken, (await speaking.SpeakAsync("hello")).Outcome);
            Assert.Equal(good.Length, new FileInfo(kept).Length);
            Assert.NotEqual(bad, await File.ReadAllBytesAsync(kept));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Speech_in_silence_is_found_where_it_is()
    {
        SpeechEngines engines = await TestModels.Engines;
        short[] words = Trim((await engines.TextToSpeech.SpeakAsync("what is my heart rate this evening", new SpeakingStyle("awb"))).Samples);
        const int leadMs = 1500;
        var sound = new short[leadMs * 16 + words.Length + 32000];
        Hum(sound);
        for (int i = 0; i < words.Length; i++)
        {
            sound[leadMs * 16 + i] = (short)Math.Clamp(sound[leadMs * 16 + i] + words[i], short.MinValue, short.MaxValue);
        }

        using var detector = new EndOfSpeechDetector(engines.VoiceActivity.Open());
        (SpeechEvents events, long endedAt) = Feed(detector, sound);
        int endMs = leadMs + words.Length / 16;
        Assert.True(events.HasFlag(SpeechEvents.Started | SpeechEvents.Paused | SpeechEvents.Ended));
        Assert.Equal(EndReason.Silence, detector.Reason);
        Assert.InRange(detector.SpeechStartSample / 16, leadMs - 100, leadMs + 200);
        Assert.InRange(detector.SpeechEndSample / 16, endMs - 250, endMs + 150);
        int silenceMs = new EndOfSpeechSettings().SilenceMs;
        Assert.InRange(endedAt / 16, endMs + silenceMs - 250, endMs + silenceMs + 250);
    }

    [Fact]
    public async Task Noise_and_tones_are_no_speech()
    {
        IVoiceActivity activity = (await TestModels.Engines).VoiceActivity;
        short[] hiss = Hiss(seconds: 6);
        var tone = new short[16000 * 6];
        for (int i = 0; i < tone.Length; i++)
        {
            tone[i] = (short)(8000 * Math.Sin(2 * Math.PI * 440 * i / 16000));
        }

        foreach (short[] sound in new[] { hiss, tone, new short[16000 * 6] })
        {
            using var detector = new EndOfSpeechDetector(activity.Open());
            Feed(detector, sound);
            Assert.Equal((EndReason.NoSpeech, -1L), (detector.Reason, detector.SpeechStartSample));
        }
    }

    [Fact]
    public async Task Streams_do_not_hear_each_other()
    {
        SpeechEngines engines = await TestModels.Engines;
        short[] words = (await engines.TextToSpeech.SpeakAsync("one stream speaks, the other is silent")).Samples;
        using IVoiceActivityStream alone = engines.VoiceActivity.Open(), beside = engines.VoiceActivity.Open(), silent = engines.VoiceActivity.Open();
        for (int at = 0; at + 512 <= words.Length; at += 512)
        {
            float expected = alone.Score(words.AsSpan(at, 512));
            Assert.InRange(silent.Score(new short[512]), 0f, 0.3f);
            Assert.Equal(expected, beside.Score(words.AsSpan(at, 512)), 5);
        }

        alone.Reset();
        using IVoiceActivityStream fresh = engines.VoiceActivity.Open();
        Assert.Equal(fresh.Score(words.AsSpan(8192, 512)), alone.Score(words.AsSpan(8192, 512)), 5);
    }

    [Fact]
    public async Task Voice_activity_makes_no_garbage()
    {
        using IVoiceActivityStream stream = (await TestModels.Engines).VoiceActivity.Open();
        var window = new short[512];
        stream.Score(window);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            stream.Score(window);
        }

        // The runtime may book a little of its own; a single array per window would be 400 bytes a time.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    [Fact]
    public async Task Window_of_another_length_is_refused()
    {
        using IVoiceActivityStream stream = (await TestModels.Engines).VoiceActivity.Open();
        Assert.Contains("512 samples expected, got 480", Assert.Throws<ArgumentException>(() => stream.Score(new short[480])).Message);
    }

    [Fact]
    public async Task Services_hand_out_the_loaded_engines()
    {
        ModelFiles files = await TestModels.Files;
        SpeechEngines engines = await SpeechEngines.LoadAsync(files, new SpeechOptions { ListeningThreads = 1 });
        await using ServiceProvider services = new ServiceCollection().AddSpeech(engines).BuildServiceProvider();
        ISpeechToText bounded = Assert.IsType<BoundedSpeechToText>(services.GetRequiredService<ISpeechToText>()); // a bounded queue before the loaded one
        Assert.Equal(engines.SpeechToText.Language, bounded.Language);
        Assert.Same(engines.TextToSpeech, services.GetRequiredService<ITextToSpeech>());
        Assert.Same(engines.VoiceActivity, services.GetRequiredService<IVoiceActivity>());
        Assert.Same(engines, services.GetRequiredService<SpeechEngines>());
    }

    private static (SpeechEvents Events, long EndedAt) Feed(EndOfSpeechDetector detector, short[] sound)
    {
        SpeechEvents all = SpeechEvents.None;
        long endedAt = -1;
        for (int at = 0; at + 960 <= sound.Length && endedAt < 0; at += 960)
        {
            SpeechEvents events = detector.Hear(sound.AsSpan(at, 960));
            all |= events;
            endedAt = events.HasFlag(SpeechEvents.Ended) ? at + 960 : -1;
        }

        return (all, endedAt);
    }

    private static short[] Hiss(int seconds)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, seconds * 16000).Select(_ => (short)random.Next(-3000, 3001))];
    }

    /// <summary>A quiet room is not digital silence.</summary>
    private static void Hum(short[] sound)
    {
        var random = new Random(3);
        for (int i = 0; i < sound.Length; i++)
        {
            sound[i] = (short)random.Next(-20, 21);
        }
    }

    /// <summary>Without the synthesiser's own silence, so that the test knows where the words are.</summary>
    private static short[] Trim(short[] sound)
    {
        int first = Array.FindIndex(sound, v => Math.Abs((int)v) > 300), last = Array.FindLastIndex(sound, v => Math.Abs((int)v) > 300);
        return sound[first..(last + 1)];
    }

    private static string[] Words(string text) => new string([.. text.ToLowerInvariant().Replace('-', ' ').Where(c => char.IsLetterOrDigit(c) || c == ' ')])
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
