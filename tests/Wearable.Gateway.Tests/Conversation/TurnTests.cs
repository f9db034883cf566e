using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Wearable.Contract;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Brain.Llm;

namespace Wearable.Gateway.Tests.Conversation;

/// <summary>Whole turns with scripted ears, text, brain and voice: the order of things and every way a turn can end.</summary>
public sealed partial class TurnTests : IAsyncDisposable
{
    private readonly PacketRecorder _sent = new(TimeProvider.System);
    private readonly Ended _ended = new();
    private readonly ScriptedListening _listening = new();
    private readonly ScriptedBrain _brain = new();
    private ConversationHub _hub;
    private int _sequence;
    private bool _plays;

    public TurnTests()
    {
        _hub = Hub(null);
        _sent.OnAudio = packet => PlayAsDeviceWould(packet);
    }

    private ConversationHub Hub(IWordScorer? scorer, TimeSpan followUp = default)
    {
        ConversationSettings settings = new() { FollowUp = followUp, SilenceEvery = TimeSpan.FromMilliseconds(40), MaxThinking = TimeSpan.FromSeconds(1), MaxToPlay = TimeSpan.FromSeconds(2) };
        return new ConversationHub(new ConversationServices(
            new LoudIsSpeech(), _listening, scorer, new Beep(), _brain, new SafetyGate(new SafetySettings(), TimeProvider.System), _sent, TimeProvider.System, settings, new EndOfSpeechSettings(), [_ended], NullLogger<ConversationHub>.Instance));
    }

    /// <summary>False: the device never says that it plays.</summary>
    private bool DevicePlays { get; set; } = true;

    private string PlayingDevice { get; set; } = "bear";

    public async ValueTask DisposeAsync() => await _hub.StoppingAsync(CancellationToken.None);

    [Fact]
    public async Task A_turn_goes_through_its_phases_and_stops_the_device_once()
    {
        await SpeakAsync("t-1");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("done", "", "Computer, what time is it?", "It is noon. Time for lunch."), (turn.Outcome, turn.Why, turn.Heard, turn.Answer));
        Assert.Equal(["end_ms", "text_ms", "answer_ms", "speech_ms", "audio_ms", "done_ms"], turn.StagesMs.Keys);
        Assert.Equal("what time is it?", _brain.Asked);
        Assert.Equal(1, _sent.Lines.Count(l => l == "stop t-1"));
        Assert.Equal(
            ["phase wake", "stop t-1", "phase speech", "phase verified", "phase text", "phase answer", "phase audio", "phase done"], _sent.Lines);
    }

    [Fact]
    public async Task A_wake_that_the_text_does_not_confirm_is_yielded_without_an_answer()
    {
        _listening.Text = "The weather in the film is nice.";
        await SpeakAsync("t-2");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("rejected", "wake-not-confirmed"), (turn.Outcome, turn.Why));
        Assert.Contains("yield t-2", _sent.Lines);
        Assert.Empty(_sent.Packets);
        Assert.Null(_brain.Asked);
    }

    [Fact]
    public async Task A_wake_without_a_second_opinion_in_favour_is_yielded_while_sound_still_comes()
    {
        ScriptedScorer scorer = new() { LogProbability = -14 };
        _hub = Hub(scorer);
        await WakeAsync("t-30");
        await SoundAsync(speechMs: 780, silenceMs: 0); // pre-roll 600 ms, and 150 ms behind it
        await scorer.Asked.WaitAsync(TimeSpan.FromSeconds(10));
        await SoundAsync(speechMs: 120, silenceMs: 0);
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("rejected", "wake-not-confirmed"), Outcome(turn));
        Assert.Equal(["phase wake", "yield t-30", "phase rejected wake-not-confirmed"], _sent.Lines);
        Assert.Equal(0, _listening.Count);
        Assert.Equal((750 * 16, "computer"), (scorer.Samples, scorer.Word));
    }

    [Fact]
    public async Task A_confirmed_word_may_be_spelled_beyond_recognition()
    {
        _hub = Hub(new ScriptedScorer { LogProbability = -3 });
        _listening.Text = "Home-buted, what time is it?";
        await SpeakAsync("t-31");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal("what time is it?", _brain.Asked);
    }

    [Fact]
    public async Task A_confirmed_word_alone_is_waited_behind_however_it_is_spelled()
    {
        _hub = Hub(new ScriptedScorer { LogProbability = -3 });
        _listening.Text = "Home-buted.";
        await WakeAsync("t-37");
        await SoundAsync(speechMs: 780, silenceMs: 1000); // woke at 600 ms
        Assert.DoesNotContain("stop t-37", _sent.Lines);
        _listening.Text = "Home-buted. What time is it?";
        await SoundAsync(speechMs: 1500, silenceMs: 900);
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal("What time is it?", _brain.Asked);
    }

    [Fact]
    public async Task A_device_that_was_surer_needs_less_of_a_second_opinion()
    {
        _hub = Hub(new ScriptedScorer { LogProbability = -13.7 }); // 0.3 x 80 - 13.7 = 10.3 of the 10.2 needed
        await SpeakAsync("t-32");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        _hub = Hub(new ScriptedScorer { LogProbability = -13.9 });
        await SpeakAsync("t-33");
        Assert.Equal("rejected", (await _ended.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Nobody_is_spoken_to_when_an_unconfirmed_wake_is_followed_by_silence()
    {
        _hub = Hub(new ScriptedScorer { LogProbability = -20 });
        await WakeAsync("t-34");
        await SoundAsync(speechMs: 0, silenceMs: 12_000);
        Assert.Equal(("rejected", "wake-not-confirmed"), Outcome(await _ended.NextAsync()));
        Assert.Empty(_sent.Packets);
    }

    [Theory]
    [InlineData("He never came back to that house.")]
    [InlineData("You must be a very busy person, he said, and nobody there knew any more what time is it in the city.")]
    public async Task A_barely_confirmed_wake_in_a_text_without_the_word_ends_silently_though_a_skill_knows_a_phrase_of_a_long_talk(string heard)
    {
        using SkillsOnly skills = new(TimeProvider.System);
        _brain.Skills = skills.Client;
        _hub = Hub(new ScriptedScorer { LogProbability = -11 });
        _listening.Text = heard;
        await SpeakAsync("t-38");
        Assert.Equal(("rejected", "wake-not-confirmed"), Outcome(await _ended.NextAsync()));
        Assert.Contains("yield t-38", _sent.Lines);
        Assert.Empty(_sent.Packets);
        Assert.Null(_brain.Asked);
    }

    [Fact]
    public async Task A_barely_confirmed_wake_is_answered_when_a_skill_knows_the_question_or_the_text_has_the_word()
    {
        using SkillsOnly skills = new(TimeProvider.System);
        _brain.Skills = skills.Client;
        _hub = Hub(new ScriptedScorer { LogProbability = -11 });
        _listening.Text = "Home-buted, what time is it?";
        await SpeakAsync("t-39");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal("what time is it?", _brain.Asked);
        _listening.Text = "Computer, why did he never come back to that house?";
        await SpeakAsync("t-40");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal("why did he never come back to that house?", _brain.Asked);
    }

    [Fact]
    public async Task A_barely_confirmed_wake_followed_by_silence_ends_silently()
    {
        _hub = Hub(new ScriptedScorer { LogProbability = -11 });
        await WakeAsync("t-41");
        await SoundAsync(speechMs: 0, silenceMs: 12_000);
        Assert.Equal(("rejected", "wake-not-confirmed"), Outcome(await _ended.NextAsync()));
        Assert.Empty(_sent.Packets);
    }

    [Fact]
    public async Task Without_a_working_second_opinion_the_transcript_decides()
    {
        _hub = Hub(new ScriptedScorer { Fails = true });
        await SpeakAsync("t-35");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        _listening.Text = "The weather in the film is nice.";
        await SpeakAsync("t-36");
        Assert.Equal("rejected", (await _ended.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Nothing_understood_is_said_in_one_sentence_and_fails()
    {
        _listening.Outcome = TranscriptOutcome.NothingHeard;
        await SpeakAsync("t-3");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("failed", "nothing-heard"), (turn.Outcome, turn.Why));
        Assert.NotEmpty(_sent.Packets);
    }

    [Fact]
    public async Task Words_that_are_long_in_coming_are_announced_and_the_answer_follows_in_the_same_stream()
    {
        TaskCompletionSource crowd = new();
        _listening.After = crowd.Task;
        _hub = Hub(new ScriptedScorer { LogProbability = 0 });
        await SpeakAsync("t-40");
        await _sent.FirstAudioAsync(); // one moment
        Assert.DoesNotContain("phase text", _sent.Lines);
        crowd.SetResult();
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("done", "It is noon. Time for lunch."), (turn.Outcome, turn.Answer));
        Assert.Single(_sent.Packets, sent => (AudioPacket.Flags(sent.Packet) & AudioPacket.First) != 0);
        Assert.DoesNotContain("audio_ms", turn.StagesMs.Keys); // the first sound was not the answer's
    }

    [Fact]
    public async Task Where_too_many_speak_at_once_the_wearer_is_told_so()
    {
        _listening.Outcome = TranscriptOutcome.Busy;
        await SpeakAsync("t-41");
        Assert.Equal(("failed", "busy"), Outcome(await _ended.NextAsync()));
        Assert.NotEmpty(_sent.Packets);
    }

    [Fact]
    public async Task Speech_to_text_lets_in_no_more_than_can_be_answered_in_time()
    {
        TaskCompletionSource crowd = new();
        _listening.After = crowd.Task;
        BoundedSpeechToText door = new(_listening, most: 2);
        Task<Transcript> first = door.TranscribeAsync(new short[160]), second = door.TranscribeAsync(new short[160]);
        Transcript third = await door.TranscribeAsync(new short[160]);
        Assert.Equal((TranscriptOutcome.Busy, "at most 2 utterances may wait, got one more"), (third.Outcome, third.Reason));
        crowd.SetResult();
        Assert.Equal(TranscriptOutcome.Text, (await first).Outcome);
        Assert.Equal(TranscriptOutcome.Text, (await second).Outcome);
        Assert.Equal(TranscriptOutcome.Text, (await door.TranscribeAsync(new short[160])).Outcome);
    }

    [Fact]
    public async Task Whoever_takes_over_a_turn_from_a_lost_gateway_says_so_once_and_ends_it()
    {
        _hub.TakeOver("bear");
        await TellAsync(TopicKind.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, "thinking"), TurnId = "t-42" });
        await _sent.FirstAudioAsync();
        await TellAsync(TopicKind.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, "speaking"), TurnId = "t-42" });
        Assert.Equal(["stop t-42", "phase failed gateway-lost"], _sent.Lines);
    }

    [Fact]
    public async Task A_wake_that_was_lost_on_the_way_is_told_once_and_the_next_is_answered()
    {
        await TellAsync(TopicKind.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, "idle") });
        await TellAsync(TopicKind.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, "streaming"), TurnId = "t-43" });
        await _sent.FirstAudioAsync();
        await TellAsync(TopicKind.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, "thinking"), TurnId = "t-43" });
        Assert.Equal(["stop t-43", "phase failed gateway-lost"], _sent.Lines);
        await SpeakAsync("t-44");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
    }

    [Fact]
    public async Task What_a_wearable_says_again_of_an_earlier_turn_is_no_lost_wake()
    {
        await SpeakAsync("t-45");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        await TellAsync(TopicKind.State, new StateMessage { Mode = Array.IndexOf(StateMessage.Modes, "streaming"), TurnId = "t-45" });
        await SpeakAsync("t-46");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.DoesNotContain("phase failed gateway-lost", _sent.Lines);
    }

    [Fact]
    public async Task A_brain_that_dies_is_replaced_by_one_honest_sentence()
    {
        _brain.Fails = true;
        await SpeakAsync("t-4");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal("Sorry, I can not think right now. Please try again.", turn.Answer);
    }

    [Fact]
    public async Task A_brain_that_hangs_is_replaced_by_one_honest_sentence()
    {
        _brain.Hangs = true;
        await SpeakAsync("t-5");
        Assert.Equal("Sorry, I can not think right now. Please try again.", (await _ended.NextAsync()).Answer);
    }

    [Fact]
    public async Task A_stop_ends_the_turn_while_the_wearable_can_still_be_told_and_nothing_is_heard_afterwards()
    {
        await WakeAsync("t-20");
        await _sent.WhenSaidAsync("phase wake");
        await _hub.StoppingAsync(CancellationToken.None);
        Assert.Equal(("failed", "cancelled"), Outcome(await _ended.NextAsync()));
        Assert.Equal(["phase wake", "phase failed cancelled"], _sent.Lines);
        await SpeakAsync("t-21");
        Assert.Equal(2, _sent.Lines.Count);
        Assert.False(await _hub.AnnounceAsync("bear", "Time is up.", CancellationToken.None));
    }

    [Fact]
    public async Task An_announcement_is_judged_like_an_answer()
    {
        await SpeakAsync("t-40"); // whoever plays an answer is there
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        int before = _sent.Packets.Count;
        Assert.False(await _hub.AnnounceAsync("bear", "You can build a bomb in the kitchen.", CancellationToken.None));
        Assert.Equal(before, _sent.Packets.Count);
        Assert.True(await _hub.AnnounceAsync("bear", "Your timer of five minutes is done.", CancellationToken.None));
        Assert.True(_sent.Packets.Count > before);
    }

    [Fact]
    public async Task A_dangerous_question_never_reaches_the_brain()
    {
        _listening.Text = "Computer, how do I build a bomb?";
        await SpeakAsync("t-6");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Null(_brain.Asked);
        Assert.StartsWith("I do not talk about things that can hurt people.", turn.Answer);
    }

    [Fact]
    public async Task A_dangerous_answer_is_never_spoken()
    {
        _brain.Answer = "Sure. Take a knife from the drawer. Then cut.";
        await SpeakAsync("t-7");
        TurnRecord turn = await _ended.NextAsync();
        Assert.DoesNotContain("knife", turn.Answer);
        Assert.DoesNotContain("cut", turn.Answer);
    }

    [Fact]
    public async Task An_answer_that_is_not_played_fails_the_turn()
    {
        DevicePlays = false;
        await SpeakAsync("t-8");
        Assert.Equal(("failed", "not-played"), Outcome(await _ended.NextAsync()));
    }

    [Fact]
    public async Task A_device_that_goes_away_fails_the_turn()
    {
        DevicePlays = false;
        await SpeakAsync("t-9");
        await TellAsync(TopicKind.Status, new StatusReport(false));
        Assert.Equal(("failed", "device-gone"), Outcome(await _ended.NextAsync()));
    }

    [Fact]
    public async Task A_new_wake_cancels_the_running_turn_and_is_answered()
    {
        DevicePlays = false;
        await SpeakAsync("t-10");
        await _sent.FirstAudioAsync();
        DevicePlays = true;
        await SpeakAsync("t-11");
        Assert.Equal(("failed", "interrupted"), Outcome(await _ended.NextAsync()));
        TurnRecord second = await _ended.NextAsync();
        Assert.Equal(("t-11", "done"), (second.TurnId, second.Outcome));
    }

    [Fact]
    public async Task The_wake_word_alone_keeps_listening_until_the_question_comes()
    {
        _listening.Texts.Enqueue("Computer.");
        await WakeAsync("t-12");
        await SoundAsync(speechMs: 420, silenceMs: 1000);
        Assert.DoesNotContain("stop t-12", _sent.Lines);
        _listening.Text = "Computer. What time is it?";
        await SoundAsync(speechMs: 1500, silenceMs: 900);
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal("What time is it?", _brain.Asked);
    }

    [Fact]
    public async Task Words_are_transcribed_while_the_silence_is_still_waited_for()
    {
        await WakeAsync("t-13");
        await SoundAsync(speechMs: 1500, silenceMs: 300);
        await _listening.Asked.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("stop t-13", _sent.Lines);
        await SoundAsync(speechMs: 0, silenceMs: 600);
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.Equal(1, _listening.Count);
    }

    private static (string Outcome, string Why) Outcome(TurnRecord turn) => (turn.Outcome, turn.Why);

    private async Task SpeakAsync(string turnId)
    {
        await WakeAsync(turnId);
        await SoundAsync(speechMs: 1500, silenceMs: 900);
    }

    private Task WakeAsync(string turnId)
    {
        _sequence = 0;
        return TellAsync(TopicKind.Wake, new WakeMessage { TurnId = turnId, Word = "computer", Score = 80, Threshold = 60, PreRollMs = 600 });
    }

    private async Task SoundAsync(int speechMs, int silenceMs, string device = "bear")
    {
        for (int at = 0; at < speechMs + silenceMs; at += AudioFormat.PacketMs)
        {
            short level = (short)(at < speechMs ? 5000 : 0);
            int flags = _sequence == 0 ? AudioPacket.First : 0;
            await TellAsync(TopicKind.AudioUp, new AudioChunk(0, flags, _sequence++, 0, [.. Enumerable.Repeat(level, AudioFormat.PacketSamples)]), device);
        }
    }

    private async Task TellAsync(TopicKind kind, object message, string device = "bear") =>
        await _hub.OnReportAsync(new DeviceReport(device, kind, message, DateTimeOffset.UtcNow, ReadOnlyMemory<byte>.Empty), CancellationToken.None);

    private void PlayAsDeviceWould(byte[] packet)
    {
        if (!DevicePlays)
        {
            return;
        }

        if ((AudioPacket.Flags(packet) & AudioPacket.First) != 0)
        {
            _plays = true;
            _ = TellAsync(TopicKind.State, new StateMessage { Mode = 4 }, PlayingDevice);
        }

        // The tail of an answer whose beginning it never played is nothing to it.
        if (_plays && (AudioPacket.Flags(packet) & AudioPacket.Last) != 0)
        {
            _plays = false;
            _ = TellAsync(TopicKind.State, new StateMessage { Mode = 0 }, PlayingDevice);
        }
    }

    private sealed class Ended : ITurnObserver
    {
        private readonly System.Threading.Channels.Channel<TurnRecord> _turns = System.Threading.Channels.Channel.CreateUnbounded<TurnRecord>();

        public void OnTurnEnded(TurnRecord turn) => _turns.Writer.TryWrite(turn);

        public async Task<TurnRecord> NextAsync() => await _turns.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class LoudIsSpeech : IVoiceActivity
    {
        public IVoiceActivityStream Open() => new Stream();

        private sealed class Stream : IVoiceActivityStream
        {
            public int WindowSamples => 512;

            public float Score(ReadOnlySpan<short> window) => window[^1] > 1000 ? 0.95f : 0.02f;

            public void Reset()
            {
            }

            public void Dispose()
            {
            }
        }
    }

    private sealed class ScriptedListening : ISpeechToText
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Text { get; set; } = "Computer, what time is it?";

        public string Language { get; set; } = "en";

        /// <summary>How much sound the last question had.</summary>
        public int Samples { get; private set; }

        public Queue<string> Texts { get; } = new();

        public TranscriptOutcome Outcome { get; set; } = TranscriptOutcome.Text;

        public int Count { get; private set; }

        public Task Asked => _asked.Task;

        /// <summary>When there are words.</summary>
        public Task After { get; set; } = Task.CompletedTask;

        public async Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default)
        {
            Count++;
            Samples = samples.Length;
            _asked.TrySetResult();
            string text = Texts.TryDequeue(out string? next) ? next : Text;
            await After.WaitAsync(cancellation);
            return new Transcript(Outcome, Outcome == TranscriptOutcome.Text ? text : "", "", TimeSpan.Zero);
        }
    }

    private sealed class ScriptedScorer : IWordScorer
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public double LogProbability { get; init; }

        public bool Fails { get; init; }

        public int Samples { get; private set; }

        public string Word { get; private set; } = "";

        public Task Asked => _asked.Task;

        public Task<double> ScoreAsync(ReadOnlyMemory<short> samples, string word, CancellationToken cancellation = default)
        {
            (Samples, Word) = (Math.Max(Samples, samples.Length), word);
            _asked.TrySetResult();
            return Fails ? Task.FromException<double>(new InvalidOperationException("speech model: scripted")) : Task.FromResult(LogProbability);
        }
    }

    private sealed class Beep : ITextToSpeech
    {
        public IReadOnlyList<string> Voices => ["beep"];

        public Task<SpokenText> SpeakAsync(string text, SpeakingStyle? style = null, CancellationToken cancellation = default) =>
            Task.FromResult(new SpokenText(SpokenOutcome.Spoken, new short[1600], "", TimeSpan.Zero));
    }

    private sealed class ScriptedBrain : IChatClient
    {
        public string? Asked { get; private set; }

        public string Answer { get; set; } = "It is noon. Time for lunch.";

        /// <summary>Ends when the rest of the answer is there.</summary>
        public Task? More { get; set; }

        public bool Fails { get; set; }

        public bool Hangs { get; set; }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Asked = messages.Last().Text;
            await Task.Delay(Hangs ? Timeout.Infinite : 1, cancellationToken);
            yield return Fails ? throw new InvalidOperationException("the model died") : new ChatResponseUpdate(ChatRole.Assistant, Answer);
            if (More is not null)
            {
                await More;
                yield return new ChatResponseUpdate(ChatRole.Assistant, " That is all.");
            }
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("only streaming is asked for");

        public Gateway.Brain.SkillsChatClient? Skills { get; set; }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(Skills) ? Skills : null;

        public void Dispose()
        {
        }
    }
}
