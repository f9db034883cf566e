using Microsoft.Extensions.DependencyInjection;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Integrations;

/// <summary>The example flow in a real Node-RED, with a real gateway.</summary>
public sealed class NodeRedTests
{
    [Fact]
    public async Task The_example_flow_shows_wake_words_and_heart_rates_and_its_button_makes_the_wearable_speak()
    {
        Announcer announcer = new();
        await using TestGateway gateway = await TestGateway.StartAsync(services: added => added.AddSingleton<IAnnouncer>(announcer));
        IMqttClient owl = await gateway.WearableAsync("owl");
        Topics topics = new("owl");
        await owl.TellAsync(topics.Status, StatusMessage.Online, retain: true);
        await using NodeRed nodeRed = await NodeRed.StartAsync(gateway.MqttPort, "owl");
        await nodeRed.PressAsync("wearable-say-button");
        Assert.Equal(("owl", "Hello from Node-RED."), await announcer.Said.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        await nodeRed.SaysAsync("[debug:said]"); // subscribed for sure
        await nodeRed.SaysAsync("said: true");
        await owl.TellAsync(topics.Wake, Say.Bytes(new WakeMessage { TurnId = "ab-1", Word = "computer", Score = 88, Threshold = 62, LevelDb = -23, PreRollMs = 900 }, 1));
        await nodeRed.SaysAsync("owl heard computer, score 88 of 100, threshold 62");
        await owl.TellAsync(topics.Heart, Say.Bytes(Say.Heart(716), 2));
        await nodeRed.SaysAsync("[debug:heart]");
        await nodeRed.SaysAsync("bpm: 71.6");
        await owl.TellAsync(topics.Heart, Say.Bytes(Say.Heart(null), 3));
        await nodeRed.SaysAsync("bpm: null, why: 'no_contact'");
        Assert.DoesNotContain(nodeRed.Said, line => line.Contains("[error]", StringComparison.Ordinal));
    }

    private sealed class Announcer : IAnnouncer
    {
        public TaskCompletionSource<(string, string)> Said { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation)
        {
            Said.TrySetResult((deviceId, text));
            return Task.FromResult(true);
        }
    }
}
