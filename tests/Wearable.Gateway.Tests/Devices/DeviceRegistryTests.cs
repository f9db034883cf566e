using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Devices;

public sealed class DeviceRegistryTests
{
    [Fact]
    public async Task The_last_word_of_each_kind_is_known()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Topics topics = new("bear");
        IMqttClient bear = await gateway.WearableAsync("bear");
        await bear.TellAsync(topics.Status, StatusMessage.Online);
        await bear.TellAsync(topics.Info, Say.Bytes(new InfoMessage { Board = "simulator", FirmwareVersion = "0.1.0", Words = "computer", Thresholds = [60] }, 1));
        await bear.TellAsync(topics.State, Say.Bytes(new StateMessage { Mode = 0, Microphone = 1 }, 2));
        await bear.TellAsync(topics.Heart, Say.Bytes(Say.Heart(723), 3));
        await bear.TellAsync(topics.State, Say.Bytes(new StateMessage { Mode = 2, Microphone = 2, TurnId = "ab-1" }, 4));
        await bear.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage { FreeHeapBytes = 90_000, ResetReason = "power" }, 5));
        await bear.TellAsync(topics.ConfigReported, """{"v":2,"volume_percent":40}""");
        await gateway.Get<IDeviceSender>().PublishTurnAsync("bear", TurnPhases.Wake, new TurnMessage { TurnId = "ab-1" });
        DeviceSnapshot device = gateway.Get<DeviceRegistry>().Find("bear")!;
        Assert.True(device.Online);
        Assert.Equal(("simulator", 2, 72.3, 90_000, 2), (device.Info!.Board, device.State!.Mode, device.Heart!.RateBpm, device.Health!.FreeHeapBytes, device.Config!.Version));
        Assert.Equal((TurnPhases.Wake, "ab-1"), (device.Turn!.Phase, device.Turn.Turn.TurnId));
    }

    [Fact]
    public async Task A_turn_alone_makes_no_wearable()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await gateway.Get<IDeviceSender>().PublishTurnAsync("ghost", TurnPhases.Wake, new TurnMessage { TurnId = "ab-1" });
        Assert.Empty(gateway.Get<DeviceRegistry>().All());
    }
}
