using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Speech;

public class EndOfSpeechDetectorTests
{
    private const int PacketSamples = 960;

    [Fact]
    public void Utterance_starts_pauses_and_ends_after_the_silence()
    {
        Heard heard = Hear("quiet 512, speech 1024, quiet 1024", packetSamples: 512);
        Assert.Equal([(SpeechEvents.Started, 576), (SpeechEvents.Paused, 1760), (SpeechEvents.Ended, 2240)], heard.Log);
        Assert.Equal((512 * 16, 1536 * 16), (heard.Detector.SpeechStartSample, heard.Detector.SpeechEndSample));
        Assert.Equal((EndReason.Silence, 1024), (heard.Detector.Reason, heard.Detector.SpeechMs));
    }

    [Fact]
    public void Speech_after_a_pause_resumes_the_utterance()
    {
        Heard heard = Hear("speech 960, quiet 320, speech 640, quiet 1024");
        Assert.Equal([SpeechEvents.Started, SpeechEvents.Paused, SpeechEvents.Resumed, SpeechEvents.Paused, SpeechEvents.Ended], heard.Events);
        Assert.Equal((0, 1920 * 16), (heard.Detector.SpeechStartSample, heard.Detector.SpeechEndSample));
    }

    [Fact]
    public void A_pause_of_672_ms_ends_nothing() =>
        Assert.Equal([SpeechEvents.Started, SpeechEvents.Paused, SpeechEvents.Resumed], Hear("speech 960, quiet 672, speech 640").Events);

    [Fact]
    public void Gap_below_200_ms_is_no_pause() =>
        Assert.Equal([SpeechEvents.Started], Hear("speech 960, quiet 192, speech 640").Events);

    [Fact]
    public void One_loud_click_starts_nothing()
    {
        Heard heard = Hear("quiet 320, speech 32, quiet 960, speech 32, quiet 640");
        Assert.Empty(heard.Events);
        Assert.Equal(-1, heard.Detector.SpeechStartSample);
    }

    [Fact]
    public void Short_speech_is_given_a_breath_longer()
    {
        Assert.Equal([SpeechEvents.Started, SpeechEvents.Paused], Hear("speech 320, quiet 704").Events);
        Assert.Contains(SpeechEvents.Ended, Hear("speech 320, quiet 832").Events);
    }

    [Fact]
    public void Silence_may_be_shortened_while_listening()
    {
        EndOfSpeechDetector detector = Detector("speech 320, quiet 960");
        SpeechEvents all = SpeechEvents.None;
        while (detector.HeardSamples < 608 * 16)
        {
            all |= detector.Hear(new short[512]);
        }

        Assert.Equal(SpeechEvents.Started | SpeechEvents.Paused, all);
        detector.SilenceMs = 300;
        Assert.Equal(SpeechEvents.Ended, detector.Hear(new short[512]));
    }

    [Fact]
    public void Uncertain_sound_keeps_an_utterance_but_starts_none()
    {
        Assert.Empty(Hear("maybe 2000").Events);
        Assert.Equal([SpeechEvents.Started], Hear("speech 320, maybe 2000").Events);
    }

    [Fact]
    public void Nobody_speaking_ends_after_five_seconds()
    {
        Heard heard = Hear("quiet 6000", packetSamples: 512);
        Assert.Equal([(SpeechEvents.Ended, 5024)], heard.Log);
        Assert.Equal(EndReason.NoSpeech, heard.Detector.Reason);
    }

    [Fact]
    public void Endless_speech_is_cut_at_the_limit()
    {
        Heard heard = Hear("speech 20000");
        Assert.Equal(EndReason.TooLong, heard.Detector.Reason);
        Assert.InRange(heard.Detector.SpeechMs, 15000, 15032);
    }

    [Fact]
    public void Wake_word_is_neither_the_question_nor_its_end()
    {
        var settings = new EndOfSpeechSettings { IgnoreBeforeMs = 640 };
        Heard heard = Hear("speech 640, quiet 1600, speech 960, quiet 800", settings);
        Assert.Equal([SpeechEvents.Started, SpeechEvents.Paused, SpeechEvents.Ended], heard.Events);
        Assert.Equal(2240 * 16, heard.Detector.SpeechStartSample);
    }

    [Fact]
    public void Question_right_after_the_wake_word_starts_where_the_word_ends()
    {
        Heard heard = Hear("speech 2000, quiet 640", new EndOfSpeechSettings { IgnoreBeforeMs = 600 });
        Assert.Equal(600 * 16, heard.Detector.SpeechStartSample);
    }

    [Fact]
    public void Packets_of_any_length_give_the_same_positions()
    {
        const string script = "quiet 512, speech 1024, quiet 320, speech 640, quiet 1024";
        EndOfSpeechDetector whole = Hear(script).Detector;
        foreach (int packet in new[] { 1, 160, 511, 513, 4000 })
        {
            EndOfSpeechDetector other = Hear(script, packetSamples: packet).Detector;
            Assert.Equal((whole.SpeechStartSample, whole.SpeechEndSample), (other.SpeechStartSample, other.SpeechEndSample));
        }
    }

    [Fact]
    public void Nothing_is_heard_after_the_end_until_reset()
    {
        EndOfSpeechDetector detector = Hear("speech 960, quiet 800").Detector;
        long heard = detector.HeardSamples;
        Assert.Equal(SpeechEvents.None, detector.Hear(new short[960]));
        Assert.Equal(heard, detector.HeardSamples);
        detector.Reset();
        Assert.Equal((EndReason.None, -1L, 0L), (detector.Reason, detector.SpeechStartSample, detector.HeardSamples));
        Assert.Equal(SpeechEvents.Started, detector.Hear(new short[960 * 2]));
    }

    private static EndOfSpeechDetector Detector(string script, EndOfSpeechSettings? settings = null) => new(new ScriptedActivity(script), settings);

    private static Heard Hear(string script, EndOfSpeechSettings? settings = null, int packetSamples = PacketSamples)
    {
        var activity = new ScriptedActivity(script);
        var detector = new EndOfSpeechDetector(activity, settings);
        var heard = new List<(SpeechEvents, int)>();
        int fed = 0;
        for (; fed < activity.LengthMs * 16; fed += packetSamples)
        {
            SpeechEvents events = detector.Hear(new short[packetSamples]);
            if (events != SpeechEvents.None)
            {
                heard.Add((events, (int)(detector.HeardSamples / 16)));
            }
        }

        return new Heard(detector, heard);
    }

    private sealed record Heard(EndOfSpeechDetector Detector, List<(SpeechEvents Events, int AtMs)> Log)
    {
        public IEnumerable<SpeechEvents> Events => Log.Select(entry => entry.Events);
    }

    /// <summary>Plays "speech 320, quiet 640, maybe 100" (ms), a score per window; quiet afterwards.</summary>
    private sealed class ScriptedActivity : IVoiceActivityStream
    {
        private readonly List<float> _scores = [];
        private int _next;

        public ScriptedActivity(string script)
        {
            foreach (string[] step in script.Split(", ").Select(step => step.Split(' ')))
            {
                float score = step[0] switch { "speech" => 0.9f, "maybe" => 0.4f, _ => 0.05f };
                LengthMs += int.Parse(step[1]);
                while (_scores.Count * 32 < LengthMs)
                {
                    _scores.Add(score);
                }
            }
        }

        public int LengthMs { get; }

        public int WindowSamples => 512;

        public float Score(ReadOnlySpan<short> window) => _next < _scores.Count ? _scores[_next++] : 0.05f;

        public void Reset() => _next = 0;

        public void Dispose()
        {
        }
    }
}
