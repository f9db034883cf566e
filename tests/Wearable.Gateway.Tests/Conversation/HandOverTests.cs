using System.Diagnostics;
using System.Diagnostics.Metrics;
using Wearable.Contract;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tests.Conversation;

/// <summary>Who answers, how an answer ends early, what may follow it, and what a turn leaves behind for those who watch.</summary>
public sealed partial class TurnTests
{
    [Fact]
    public async Task Of_two_wearables_that_hear_one_word_the_louder_answers_and_the_other_yields()
    {
        PlayingDevice = "glasses";
        await WakeAsync("t-50", "bear", levelDb: -40);
        await WakeAsync("t-51", "glasses", levelDb: -20);
        TurnRecord quieter = await _ended.NextAsync();
        Assert.Equal(("t-50", "rejected", "louder-elsewhere"), (quieter.TurnId, quieter.Outcome, quieter.Why));
        await WakeAsync("t-52", "pendant", levelDb: -30);
        TurnRecord later = await _ended.NextAsync();
        Assert.Equal(("t-52", "rejected", "louder-elsewhere"), (later.TurnId, later.Outcome, later.Why));
        Assert.Equal(["yield t-50", "yield t-52"], _sent.Lines.Where(l => l.StartsWith("yield", StringComparison.Ordinal)));
        await SoundAsync(speechMs: 1500, silenceMs: 900, "glasses");
        TurnRecord answered = await _ended.NextAsync();
        Assert.Equal(("t-51", "done"), (answered.TurnId, answered.Outcome));
    }

    [Fact]
    public void Words_more_than_the_window_apart_or_of_another_kind_are_two_calls()
    {
        WakeArbiter arbiter = new(TimeSpan.FromMilliseconds(200));
        DateTimeOffset at = DateTimeOffset.UnixEpoch;
        List<string> gaveUp = [];
        bool Enter(string device, string word, int levelDb, int ms) => arbiter.Enter(device, word, levelDb, at.AddMilliseconds(ms), () => gaveUp.Add(device));
        Assert.True(Enter("a", "computer", -20, 0));
        Assert.True(Enter("b", "view glass", -60, 10));
        Assert.False(Enter("c", "computer", -20, 200)); // as loud and later
        Assert.True(Enter("d", "computer", -40, 201));
        Assert.Empty(gaveUp);
        Assert.True(Enter("e", "computer", -39, 300));
        Assert.Equal(["d"], gaveUp);
        Assert.True(Enter("e", "computer", -80, 310)); // the same wearable again
        Assert.Equal(["d"], gaveUp);
    }

    [Fact]
    public async Task A_button_ends_an_answer()
    {
        _brain.Answer = LongAnswer;
        DevicePlays = false;
        await SpeakAsync("t-53");
        await _sent.FirstAudioAsync();
        await TellAsync(TopicKind.Button, new OccurrenceMessage { What = "short", Count = 1 });
        Assert.Equal(("failed", "stopped"), Outcome(await _ended.NextAsync()));
    }

    [Fact]
    public async Task A_device_that_falls_silent_in_the_middle_is_sent_no_more()
    {
        _brain.Answer = LongAnswer;
        _sent.OnAudio = packet =>
        {
            if ((AudioPacket.Flags(packet) & AudioPacket.First) != 0)
            {
                _ = TellAsync(TopicKind.State, new StateMessage { Mode = 4 });
                _ = TellAsync(TopicKind.State, new StateMessage { Mode = 0 });
            }
        };
        await SpeakAsync("t-54");
        Assert.Equal(("failed", "stopped"), Outcome(await _ended.NextAsync()));
        Assert.DoesNotContain(_sent.Packets, p => (AudioPacket.Flags(p.Packet) & AudioPacket.Last) != 0);
    }

    [Fact]
    public async Task A_device_gets_silence_while_the_next_sentence_is_made()
    {
        TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _brain.More = more.Task;
        _brain.Answer = "It is noon. Time";
        int packets = 0;
        Action<byte[]> play = _sent.OnAudio!;
        _sent.OnAudio = packet =>
        {
            play(packet);
            if (++packets == 4) // one full packet of "It is noon.", the others are silence
            {
                more.SetResult();
            }
        };
        await SpeakAsync("t-63");
        TurnRecord turn = await _ended.NextAsync();
        Assert.Equal(("done", "It is noon. Time That is all."), (turn.Outcome, turn.Answer));
    }

    [Fact]
    public async Task Stop_is_obeyed_in_silence()
    {
        _listening.Text = "Computer, stop.";
        await SpeakAsync("t-55");
        Assert.Equal(("done", ""), Outcome(await _ended.NextAsync()));
        Assert.Contains("yield t-55", _sent.Lines);
        Assert.Empty(_sent.Packets);
        Assert.Null(_brain.Asked);
        Assert.False(StopPhrase.Matches("stop the timer"));
    }

    [Fact]
    public async Task After_an_answer_the_microphone_opens_for_a_question_without_the_word_when_the_owner_wants_it()
    {
        _hub = Hub(null, followUp: TimeSpan.FromSeconds(6));
        await SpeakAsync("t-56");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        await _sent.WhenSaidAsync("listen t-56-f1");
        _listening.Text = "And what day is it?";
        await FollowAsync("t-56-f1");
        await SoundAsync(speechMs: 1500, silenceMs: 900);
        TurnRecord followed = await _ended.NextAsync();
        Assert.Equal(("t-56-f1", "done", "And what day is it?"), (followed.TurnId, followed.Outcome, _brain.Asked));
        await _sent.WhenSaidAsync("listen t-56-f2");

        // A noise opened the microphone: nobody is asked what he wanted.
        int packets = _sent.Packets.Count;
        await FollowAsync("t-56-f2");
        await SoundAsync(speechMs: 0, silenceMs: 6000);
        Assert.Equal(("failed", "no-speech"), Outcome(await _ended.NextAsync()));
        Assert.Equal(packets, _sent.Packets.Count);
        Assert.Contains("yield t-56-f2", _sent.Lines);
        Assert.DoesNotContain("listen t-56-f3", _sent.Lines);
    }

    [Fact]
    public async Task Without_the_owners_wish_the_microphone_stays_shut()
    {
        await SpeakAsync("t-57");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Assert.DoesNotContain(_sent.Lines, l => l.StartsWith("listen", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_question_asked_before_ends_after_a_shorter_silence_until_it_was_once_continued()
    {
        await SpeakAsync("t-58");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        await WakeAsync("t-59");
        await SoundAsync(speechMs: 1500, silenceMs: 600); // 480 are enough now
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);

        await WakeAsync("t-60");
        await SoundAsync(speechMs: 1500, silenceMs: 300);
        await SoundAsync(speechMs: 600, silenceMs: 600);
        Assert.DoesNotContain("stop t-60", _sent.Lines);
        await SoundAsync(speechMs: 0, silenceMs: 300);
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
    }

    [Fact]
    public void A_question_that_begins_a_longer_one_is_waited_for()
    {
        Repertoire repertoire = new();
        repertoire.AddWhole("What time is it?");
        Assert.True(repertoire.IsWhole("what time is it"));
        repertoire.AddWhole("What time is it in London?");
        Assert.False(repertoire.IsWhole("What time is it?"));
        Assert.True(repertoire.IsWhole("What time is it in London?"));
    }

    [Fact]
    public void A_repertoire_forgets_the_oldest()
    {
        Repertoire repertoire = new();
        for (int i = 0; i <= Repertoire.Capacity; i++)
        {
            repertoire.AddWhole($"question {i:000}");
        }

        Assert.False(repertoire.IsWhole("Question 000?"));
        Assert.True(repertoire.IsWhole("Question 001?"));
        Assert.False(repertoire.IsWhole(""));
    }

    [Fact]
    public async Task A_turn_is_an_activity_with_its_phases_and_counts_its_stages_without_a_word()
    {
        List<Activity> seen = [];
        List<string> measured = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == ConversationTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("wearable.turn.id"), "t-61"))
                {
                    seen.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ConversationTelemetry.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (measured)
            {
                measured.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(t => t.Value))}");
            }
        }

        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        meters.Start();
        _hub = Hub(new ScriptedScorer { LogProbability = -20 });
        await SpeakAsync("t-62");
        Assert.Equal("rejected", (await _ended.NextAsync()).Outcome);
        _hub = Hub(null);
        await SpeakAsync("t-61");
        Assert.Equal("done", (await _ended.NextAsync()).Outcome);
        Activity turn = Assert.Single(seen);
        Assert.Equal(["wake", "speech", "verified", "text", "answer", "audio", "done"], turn.Events.Select(e => e.Name));
        Assert.Equal("bear", turn.GetTagItem("wearable.device.id"));
        Assert.Equal(ActivityStatusCode.Ok, turn.Status);
        Assert.DoesNotContain(turn.TagObjects, t => $"{t.Value}".Contains("noon", StringComparison.OrdinalIgnoreCase));
        lock (measured)
        {
            Assert.Contains("wearable.wake.score computer rejected", measured);
            Assert.Contains("wearable.wake.score computer confirmed", measured);
            Assert.Contains("wearable.turns done ", measured);
            Assert.Contains("wearable.turn.stage.duration speech", measured);
        }
    }

    private static string LongAnswer => string.Concat(Enumerable.Repeat("It is noon. ", 40));

    private Task WakeAsync(string turnId, string device, int levelDb)
    {
        _sequence = 0;
        return TellAsync(TopicKind.Wake, new WakeMessage { TurnId = turnId, Word = "computer", Score = 80, Threshold = 60, PreRollMs = 600, LevelDb = levelDb }, device);
    }

    private Task FollowAsync(string turnId)
    {
        _sequence = 0;
        return TellAsync(TopicKind.Speech, new SpeechMessage { TurnId = turnId, What = SpeechMessage.Start, Why = SpeechMessage.ByFollowUp });
    }
}
