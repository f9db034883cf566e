using Wearable.Contract;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Tests.Support;
using Wearable.Simulator;

namespace Wearable.EndToEnd.Tests;

/// <summary>The same with another program's broker.</summary>
public sealed class FleetTests
{
    [Fact]
    public async Task A_question_is_answered_through_mosquitto()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        await using House house = await House.StartAsync([new SimulatedWearableOptions { Id = "bear-1" }], broker: mosquitto.Choice);
        SpokenTurn spoken = await house.Demo.Person.SayAsync(DemoScript.Lines[0].Say, CancellationToken.None);
        Assert.Equal((TurnPhases.Done, ""), (spoken.Turn?.Outcome, spoken.Turn?.Why));
        Assert.Matches(DemoScript.Lines[0].Answer, spoken.Turn!.Answer);
        Assert.True(spoken.PlayedMs > 1000, $"more than 1 s of answer expected at the speaker, got {spoken.PlayedMs} ms");
    }
}
