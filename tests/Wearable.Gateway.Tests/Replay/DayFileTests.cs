using System.CommandLine;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Replay;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Replay;

/// <summary>Recordings on disk.</summary>
public sealed class DayFileTests
{
    [Fact]
    public async Task What_passes_of_one_wearable_is_recorded_without_its_sound_and_read_back()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear"), owl = await gateway.WearableAsync("owl");
        DayFile day = await RecordAsync(gateway, sound: false, messages: 2, async () =>
        {
            await owl.TellAsync(new Topics("owl").Heart, Say.Bytes(Say.Heart(801), 1));
            await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(716), 1));
            await bear.TellAsync(new Topics("bear").AudioUp, Say.Audio(0));
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2));
        });
        Assert.Equal(("bear", false), (day.Device, day.HasSound));
        Assert.Equal([TopicKind.Heart, TopicKind.Button], day.Messages.Select(message => message.Name.Kind));
        Assert.Contains("\"bpm10\":716", day.Messages[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sound_is_recorded_only_where_it_is_allowed()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IMqttClient bear = await gateway.WearableAsync("bear");
        byte[] packet = Say.Audio(3);
        DayFile day = await RecordAsync(gateway, sound: true, messages: 2, async () =>
        {
            await bear.TellAsync(new Topics("bear").AudioUp, packet);
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        });
        Assert.True(day.HasSound);
        Assert.Equal(packet, day.Messages.Single(message => message.Name.Kind == TopicKind.AudioUp).Payload);
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("hello", "line 1")]
    [InlineData("{\"recording\":2,\"device\":\"bear\",\"sound\":false}", "line 1: {\"recording\":1")]
    [InlineData("{\"recording\":1,\"device\":\"The Bear\",\"sound\":false}", "line 1: device: an id")]
    [InlineData("{\"recording\":1,\"device\":\"bear\",\"sound\":false}\n{\"at\":5,\"t\":\"tele/mood\",\"p\":\"{}\"}", "line 2: t: a topic of the contract")]
    [InlineData("{\"recording\":1,\"device\":\"bear\",\"sound\":false}\n{\"at\":5,\"t\":\"state\",\"p\":\"{}\"}\n{\"at\":4,\"t\":\"state\",\"p\":\"{}\"}", "line 3: at: 5 or later")]
    [InlineData("{\"recording\":1,\"device\":\"bear\",\"sound\":true}\n{\"at\":5,\"t\":\"audio/up\",\"b\":\"!\"}", "line 2")]
    public async Task A_file_that_is_no_recording_is_refused_with_its_line(string text, string named)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, text);
        using StringWriter wrong = new();
        int code = await ReplayCommand.Make(_ => new GatewayOptions()).Parse([file]).InvokeAsync(new InvocationConfiguration { Error = wrong });
        Assert.Equal(1, code);
        Assert.Contains(named, wrong.ToString(), StringComparison.Ordinal);
        File.Delete(file);
    }

    private static async Task<DayFile> RecordAsync(TestGateway gateway, bool sound, int messages, Func<Task> meanwhile)
    {
        string file = Path.Combine(gateway.Options.DataFolder, "day.jsonl");
        TaskCompletionSource ready = new(), all = new();
        int count = 0;
        using CancellationTokenSource over = new();
        Task<int> recording = DayRecorder.RecordAsync(
            "127.0.0.1", gateway.MqttPort, "bear", file, pulse: false, sound, TimeSpan.FromMinutes(1), ready.SetResult,
            _ =>
            {
                if (++count == messages)
                {
                    all.SetResult();
                }
            },
            over.Token);
        await ready.Task;
        await meanwhile();
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await over.CancelAsync();
        Assert.Equal(messages, await recording);
        return DayFile.Read(file);
    }
}
