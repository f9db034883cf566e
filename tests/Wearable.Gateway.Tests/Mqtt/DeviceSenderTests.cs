using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mqtt;

public sealed class DeviceSenderTests
{
    [Fact]
    public async Task A_command_gets_id_time_and_limit()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Viewer bear = await gateway.ViewerAsync(new Topics("bear").AllCommands);
        await gateway.Get<IDeviceSender>().SendCommandAsync("bear", CommandNames.Stop, new CommandMessage { TurnId = "ab-1" });
        await gateway.Get<IDeviceSender>().SendCommandAsync("bear", CommandNames.Volume, new CommandMessage { HasValue = true, Value = 40 });
        Viewer.Seen first = await bear.NextAsync();
        CommandMessage stop = Read(first);
        CommandMessage volume = Read(await bear.NextAsync());
        Assert.Equal("wearable/v1/bear/cmd/stop", first.Topic);
        Assert.Equal(("ab-1", DeviceSender.DefaultTimeToLiveMs, 40), (stop.TurnId, stop.TimeToLiveMs, volume.Value));
        Assert.True(stop.SentMs > 0);
        Assert.NotEqual(stop.Id, volume.Id);
    }

    [Fact]
    public async Task An_unknown_command_or_phase_is_refused_by_name()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IDeviceSender sender = gateway.Get<IDeviceSender>();
        ArgumentException command = await Assert.ThrowsAsync<ArgumentException>(async () => await sender.SendCommandAsync("bear", "dance", new CommandMessage()));
        Assert.Contains("got \"dance\"", command.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await sender.PublishTurnAsync("bear", "lunch", new TurnMessage { TurnId = "a" }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await sender.SendCommandAsync("Not An Id", "stop", new CommandMessage()));
        await Assert.ThrowsAsync<WireException>(async () => await sender.SendAudioAsync("bear", new byte[3]));
    }

    [Fact]
    public async Task Sound_and_settings_arrive_as_they_were()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        IDeviceSender sender = gateway.Get<IDeviceSender>();
        Viewer sound = await gateway.ViewerAsync(new Topics("bear").AudioDown);
        byte[] packet = Say.Audio(9, AudioPacket.First, AudioCodec.ImaAdpcmAt16k);
        await sender.SendAudioAsync("bear", packet);
        Assert.Equal(packet, (await sound.NextAsync()).Payload);
        ConfigMessage wish = new() { Version = 3 };
        wish.Add("volume_percent", 55);
        await sender.SendConfigAsync("bear", wish);
        Viewer.Seen later = await (await gateway.ViewerAsync(new Topics("bear").ConfigDesired)).NextAsync();
        Assert.Equal(("""{"v":3,"volume_percent":55}""", true), (later.Text, later.Retained));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Words_leave_the_conversation_only_when_allowed(bool allowed)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(options => options with { AllowWords = allowed });
        Viewer viewer = await gateway.ViewerAsync("#");
        TurnMessage turn = new() { TurnId = "ab-1", Heard = "what time is it", Answer = "nine" };
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Answer, turn);
        string payload = (await viewer.NextAsync()).Text;
        Assert.Equal(allowed, payload.Contains("what time is it", StringComparison.Ordinal));
        Assert.Equal([allowed ? "what time is it|nine" : "|"], await gateway.RowsAsync("SELECT heard, answer FROM turns"));
        Assert.Equal("what time is it", turn.Heard); // the caller's own message stays whole
        Assert.DoesNotContain(gateway.Log.All, line => line.Contains("what time", StringComparison.Ordinal));
    }

    private static CommandMessage Read(Viewer.Seen seen)
    {
        WireReader reader = new();
        reader.Load("cmd", seen.Payload, seen.Payload.Length);
        CommandMessage command = new();
        command.Read(reader);
        return command;
    }
}
