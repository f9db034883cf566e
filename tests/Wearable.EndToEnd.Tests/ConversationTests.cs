using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Integrations;
using Wearable.Gateway.Mqtt;
using Wearable.Simulator;

namespace Wearable.EndToEnd.Tests;

/// <summary>Say the word, hear the answer: firmware, TCP, broker, speech to text, skills, speech, firmware.</summary>
public sealed class ConversationTests
{
    [Fact]
    public async Task Two_questions_are_heard_understood_answered_and_played_and_nothing_leaves_the_contract()
    {
        await using House house = await House.StartAsync();
        using IMqttClient viewer = new MqttClientFactory().CreateMqttClient();
        ConcurrentQueue<(string Topic, bool Retain)> seen = new();
        viewer.ApplicationMessageReceivedAsync += message =>
        {
            seen.Enqueue((message.ApplicationMessage.Topic, message.ApplicationMessage.Retain));
            return Task.CompletedTask;
        };
        await viewer.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", house.Demo.Ports.Mqtt).WithClientId("viewer").Build());
        await viewer.SubscribeAsync("#");

        foreach (DemoLine line in DemoScript.Lines.Take(2))
        {
            SpokenTurn spoken = await house.Demo.Person.SayAsync(line.Say, CancellationToken.None);
            Assert.NotNull(spoken.Turn);
            Assert.Equal((TurnPhases.Done, ""), (spoken.Turn.Outcome, spoken.Turn.Why));
            Assert.Matches(line.Heard, spoken.Turn.Heard);
            Assert.Matches(line.Answer, spoken.Turn.Answer);
            Assert.True(spoken.PlayedMs > 1000, $"more than 1 s of answer expected at the speaker, got {spoken.PlayedMs} ms");
            Assert.NotNull(spoken.ResponseMs);
        }

        HashSet<TopicKind> wanted = [TopicKind.Status, TopicKind.Info, TopicKind.State, TopicKind.Wake, TopicKind.Speech, TopicKind.Heart, TopicKind.DeviceHealth, TopicKind.Turn, TopicKind.AudioUp, TopicKind.AudioDown, TopicKind.Command, TopicKind.Ack];

        // Device health comes every 30 s: two turns may be over sooner. What was retained while the first subscription was made comes again.
        await viewer.SubscribeAsync("#");
        await house.Wearable.ReachesAsync(() => wanted.IsSubsetOf(Kinds(seen)), TimeSpan.FromSeconds(40));
        HashSet<TopicKind> kinds = Kinds(seen);
        Assert.DoesNotContain(TopicKind.None, kinds);
        Assert.Superset(wanted, kinds);
    }

    // What the gateway tells other programs of the house stands beside the contract.
    private static HashSet<TopicKind> Kinds(IEnumerable<(string Topic, bool Retain)> seen) =>
        [.. seen.Where(s => !s.Topic.StartsWith(HouseTopics.Root, StringComparison.Ordinal) && !s.Topic.StartsWith("homeassistant/", StringComparison.Ordinal)).Select(s => TopicName.Parse(s.Topic).Kind)];

    [Fact]
    public async Task Of_two_wearables_in_one_room_the_nearer_answers()
    {
        await using House house = await House.StartAsync([new SimulatedWearableOptions { Id = "bear-1" }, new SimulatedWearableOptions { Id = "glasses-1", Seed = 2 }]);
        short[] near = await house.Demo.Person.VoiceAsync(DemoScript.SharedLine.Say, CancellationToken.None);
        short[] far = [.. near.Select(s => (short)(s / 4))];
        SpokenTurn[] spoken = await Task.WhenAll(
            house.Demo.People[0].SayAsync(far, CancellationToken.None), house.Demo.People[1].SayAsync(near, CancellationToken.None));
        Assert.Equal((TurnPhases.Rejected, "louder-elsewhere"), (spoken[0].Turn?.Outcome, spoken[0].Turn?.Why));
        Assert.Equal(0, spoken[0].PlayedMs);
        Assert.Equal((TurnPhases.Done, ""), (spoken[1].Turn?.Outcome, spoken[1].Turn?.Why));
        Assert.Equal(DeviceMode.Idle, house.Demo.Wearables[0].Mode);
    }

    [Fact]
    public async Task After_an_answer_a_question_needs_no_word_while_the_wearable_shows_that_it_listens()
    {
        Ended ended = new();
        await using House house = await House.StartAsync([new SimulatedWearableOptions { Id = "bear-1" }], followUp: TimeSpan.FromSeconds(8), ended);
        short[] next = await house.Demo.Person.VoiceAsync("what day is it today?", CancellationToken.None);
        await house.Wearable.SayAsync(await house.Demo.Person.VoiceAsync("computer, what time is it?", CancellationToken.None));
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.Mode == DeviceMode.Listening, TimeSpan.FromSeconds(30)), "the microphone opens after the answer");
        await house.Wearable.SayAsync(next);
        Assert.True(await house.Wearable.ReachesAsync(() => ended.Turns.Any(t => t.TurnId.EndsWith("-f1", StringComparison.Ordinal)), TimeSpan.FromSeconds(30)), "the second question is a turn");
        TurnRecord followed = ended.Turns.First(t => t.TurnId.EndsWith("-f1", StringComparison.Ordinal));
        Assert.Equal((TurnPhases.Done, ""), (followed.Outcome, followed.Why));
        Assert.StartsWith("Today is ", followed.Answer);
    }

    [Fact]
    public async Task The_wake_word_ends_an_answer()
    {
        Ended ended = new();
        await using House house = await House.StartAsync([new SimulatedWearableOptions { Id = "bear-1" }], observer: ended);
        ConfigMessage config = new() { Version = 1 };
        config.Add("barge_in", 1);
        await house.Demo.Services.GetRequiredService<IDeviceSender>().SendConfigAsync("bear-1", config);
        short[] word = await house.Demo.Person.VoiceAsync("computer.", CancellationToken.None), stop = await house.Demo.Person.VoiceAsync("stop.", CancellationToken.None);
        await house.Wearable.SayAsync(await house.Demo.Person.VoiceAsync("computer, tell me a story.", CancellationToken.None));
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.Mode == DeviceMode.Speaking, TimeSpan.FromSeconds(30)), "the story begins");
        await house.Wearable.SayAsync(word);
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.Mode == DeviceMode.Streaming, TimeSpan.FromSeconds(5)), "the word is heard while it speaks");
        Assert.NotNull(house.Wearable.Timeline.PlaybackFinishedMs);
        await house.Wearable.SayAsync(stop);
        Assert.True(await house.Wearable.ReachesAsync(() => ended.Turns.Count == 2, TimeSpan.FromSeconds(30)), "both turns end");
        Assert.Equal([("failed", "interrupted"), ("done", "")], ended.Turns.Select(t => (t.Outcome, t.Why)));
        Assert.Equal("", ended.Turns.Last().Answer);
    }

    private sealed class Ended : ITurnObserver
    {
        public ConcurrentQueue<TurnRecord> Turns { get; } = new();

        public void OnTurnEnded(TurnRecord turn) => Turns.Enqueue(turn);
    }

    [Fact]
    public async Task A_button_question_needs_no_wake_word()
    {
        await using House house = await House.StartAsync();
        double pressedAtMs = house.Wearable.Clock.NowMs;
        house.Wearable.Button.Press();
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.Clock.NowMs > pressedAtMs + 200, TimeSpan.FromSeconds(5)));
        house.Wearable.Button.Release();
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.Mode == DeviceMode.Streaming, TimeSpan.FromSeconds(5)));
        SpokenTurn spoken = await house.Demo.Person.SayAsync("what time is it?", CancellationToken.None);
        Assert.Equal(TurnPhases.Done, spoken.Turn?.Outcome);
        Assert.StartsWith("It is ", spoken.Turn!.Answer);
    }

    [Fact]
    public async Task After_the_network_was_gone_in_mid_turn_the_next_question_is_answered()
    {
        await using House house = await House.StartAsync();
        bool cut = false;
        house.Wearable.Light.Changed += mode =>
        {
            if (mode == DeviceMode.Streaming && !cut)
            {
                cut = true;
                house.Wearable.Network.Cut();
            }
        };
        SpokenTurn lost = await house.Demo.Person.SayAsync(DemoScript.Lines[0].Say, CancellationToken.None);
        Assert.True(cut, "the network is cut while sound is sent");
        Assert.NotEqual(TurnPhases.Done, lost.Turn?.Outcome);
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.Mode == DeviceMode.Idle, TimeSpan.FromSeconds(60)), "the device listens again");

        house.Wearable.Network.Restore();
        Assert.True(await house.Wearable.ReachesAsync(() => house.Wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(60)), "the wearable returns");
        SpokenTurn answered = await house.Demo.Person.SayAsync(DemoScript.Lines[0].Say, CancellationToken.None);
        Assert.Equal(TurnPhases.Done, answered.Turn?.Outcome);
    }
}
