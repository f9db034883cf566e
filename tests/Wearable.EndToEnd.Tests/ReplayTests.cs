using Wearable.Contract;
using Wearable.Gateway;
using Wearable.Gateway.Demo;
using Wearable.Gateway.Replay;

namespace Wearable.EndToEnd.Tests;

/// <summary>A recorded conversation, taken once more by a gateway of its own with the same models.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task A_recorded_question_gets_the_same_phases_and_verdict_twice()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("wearable-replay-test-").FullName, "day.jsonl");
        await using (House house = await House.StartAsync())
        {
            TaskCompletionSource ready = new(), ended = new();
            using CancellationTokenSource over = new();
            Task<int> recording = DayRecorder.RecordAsync(
                "127.0.0.1", house.Demo.Ports.Mqtt, house.Wearable.Id, file, pulse: false, sound: true, TimeSpan.FromMinutes(2), ready.SetResult,
                message => _ = message.Name.Kind == TopicKind.Turn && message.Name.Detail == TurnPhases.Done && ended.TrySetResult(), over.Token);
            await ready.Task;
            SpokenTurn spoken = await house.Demo.Person.SayAsync(DemoScript.Lines[0].Say, CancellationToken.None);
            Assert.Equal(TurnPhases.Done, spoken.Turn?.Outcome);
            await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await over.CancelAsync();
            Assert.InRange(await recording, 50, 5000);
        }

        DayFile day = DayFile.Read(file);
        ReplayedTurn then = Assert.Single(ReplayedTurn.Of(day));
        Assert.Equal(["wake", "speech", "verified", "text", "answer", "audio", "done"], then.Phases);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(then.Essence, Assert.Single(await TurnReplay.RunAsync(day, new GatewayOptions())).Essence);
        }

        // Another question in the same sound: the replay judges the sound, not the recorded verdict.
        DayFile silent = day with { Messages = [.. day.Messages.Select(message => message.Name.Kind == TopicKind.AudioUp ? message with { Payload = Silenced(message.Payload) } : message)] };
        Assert.NotEqual(then.Essence, Assert.Single(await TurnReplay.RunAsync(silent, new GatewayOptions())).Essence);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static byte[] Silenced(byte[] packet)
    {
        byte[] silent = [.. packet];
        Array.Clear(silent, AudioPacket.HeaderBytes, silent.Length - AudioPacket.HeaderBytes);
        return silent;
    }
}
