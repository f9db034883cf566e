using System.Globalization;
using Microsoft.Extensions.Logging;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Mqtt.External;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Mqtt;

/// <summary>The gateway at a real mosquitto of its own.</summary>
public sealed class ExternalBrokerTests
{
    private const string Buttons = "SELECT json_extract(payload, '$.n') FROM events WHERE kind = 'evt/button' ORDER BY id";

    [Fact]
    public async Task What_a_wearable_says_through_mosquitto_is_stored_once_and_known()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        await using TestGateway gateway = await AtAsync(mosquitto);
        IMqttClient bear = await mosquitto.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1)); // it never saw the acknowledgement
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 3));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 4));
        await UntilAsync(async () => (await gateway.RowsAsync("SELECT bpm10 FROM heart")).Count == 1 && (await gateway.RowsAsync(Buttons)).Count == 2);
        Assert.Equal(["1", "3"], await gateway.RowsAsync(Buttons));
        Assert.True(gateway.Get<DeviceRegistry>().Find("bear") is { Online: true, Heart.RateBpm: 72.3 });
        Assert.Equal(new LaneCounts(Received: 4, Duplicates: 1, Lost: 1, AudioLost: 0, Refused: 0), gateway.Get<Ingest>().CountsOf("bear"));
        Assert.Equal(0, gateway.MqttPort); // no broker inside
        Assert.Contains("\"broker\":\"connected\"", await gateway.Http.GetStringAsync("/health"), StringComparison.Ordinal);
        bear.Dispose(); // no goodbye
        await UntilAsync(() => Task.FromResult(gateway.Get<DeviceRegistry>().Find("bear")!.Online is false));
    }

    [Fact]
    public async Task Commands_sound_and_settings_go_out_through_mosquitto()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        await using TestGateway gateway = await AtAsync(mosquitto);
        Viewer bear = await mosquitto.ViewerAsync(new Topics("bear").AllCommands);
        Viewer sound = await mosquitto.ViewerAsync(new Topics("bear").AudioDown);
        IDeviceSender sender = gateway.Get<IDeviceSender>();
        await sender.SendCommandAsync("bear", CommandNames.Identify, new CommandMessage());
        Assert.Equal("wearable/v1/bear/cmd/identify", (await bear.NextAsync()).Topic);
        byte[] packet = Say.Audio(9, AudioPacket.First, AudioCodec.ImaAdpcmAt16k);
        await sender.SendAudioAsync("bear", packet);
        Assert.Equal(packet, (await sound.NextAsync()).Payload);
        ConfigMessage wish = new() { Version = 3 };
        wish.Add("volume_percent", 55);
        await sender.SendConfigAsync("bear", wish);
        Assert.True((await (await mosquitto.ViewerAsync(new Topics("bear").ConfigDesired)).NextAsync()).Retained);
        await UntilAsync(async () => (await gateway.Http.GetStringAsync("/api/settings?device=bear")).Contains("\"volume_percent\":55", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_interrupted_leaves_no_half_packet_for_the_next_to_complete()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        await using TestGateway gateway = await AtAsync(mosquitto);
        Viewer ears = await mosquitto.ViewerAsync(new Topics("hare").AudioDown);
        IDeviceSender sender = gateway.Get<IDeviceSender>();
        byte[] packet = Say.Audio(9, AudioPacket.First, AudioCodec.ImaAdpcmAt16k);
        await Parallel.ForAsync(0, 8, async (talker, _) =>
        {
            Random random = new(talker);
            for (int i = 0; i < 500; i++)
            {
                using CancellationTokenSource interrupted = new();
                Task[] said = [.. Enumerable.Range(0, 4).Select(_ => sender.SendAudioAsync("bear", packet, interrupted.Token).AsTask())];
                Thread.SpinWait(random.Next(3000)); // anywhere in the middle of a packet
                await interrupted.CancelAsync();
                await Task.WhenAll(said).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        await sender.SendAudioAsync("hare", packet);
        Assert.Equal(packet, (await ears.NextAsync()).Payload);
        Assert.DoesNotContain(gateway.Log.At(LogLevel.Warning), line => line.Contains("the connection to the broker", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_gateway_waits_for_a_broker_that_comes_later_and_again_for_one_that_was_killed()
    {
        await using TestMosquitto mosquitto = TestMosquitto.Prepare();
        await using TestGateway gateway = await AtAsync(mosquitto, waits: false);
        await UntilAsync(() => Task.FromResult(gateway.Log.At(LogLevel.Warning).Any(line => line.Contains("events: waiting for the broker mqtt://127.0.0.1", StringComparison.Ordinal))));
        Assert.Contains("\"broker\":\"away\"", await gateway.Http.GetStringAsync("/health"), StringComparison.Ordinal);
        await mosquitto.StartAsync();
        await ThereAsync(gateway);
        await (await mosquitto.WearableAsync("bear")).TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        await UntilAsync(async () => (await gateway.RowsAsync(Buttons)).Count == 1);
        mosquitto.Kill();
        await UntilAsync(() => Task.FromResult(!gateway.Get<IHouseBroker>().IsThere));
        await mosquitto.StartAsync();
        await ThereAsync(gateway);
        await (await mosquitto.WearableAsync("bear")).TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2));
        await UntilAsync(async () => (await gateway.RowsAsync(Buttons)).Count == 2);
    }

    [Fact]
    public async Task Letters_wait_at_the_broker_for_a_gateway_that_is_away()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        string folder = TestGateway.NewFolder();
        IMqttClient bear = await mosquitto.WearableAsync("bear");
        await using (TestGateway before = await AtAsync(mosquitto, folder, keepFolder: true))
        {
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
            await UntilAsync(async () => (await before.RowsAsync(Buttons)).Count == 1);
        }

        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2));
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1)); // stored before the restart
        await using TestGateway after = await AtAsync(mosquitto, folder);
        await UntilAsync(async () => (await after.RowsAsync(Buttons)).Count == 2);
        await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 3));
        await UntilAsync(async () => (await after.RowsAsync(Buttons)).Count == 3);
        Assert.Equal(["1", "2", "3"], await after.RowsAsync(Buttons));
    }

    [Fact]
    public async Task A_letter_is_acknowledged_only_when_it_is_on_disk()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        string folder = TestGateway.NewFolder();
        IMqttClient bear = await mosquitto.WearableAsync("bear");
        await using (TestGateway gateway = await AtAsync(mosquitto, folder, keepFolder: true))
        {
            gateway.ErrorsExpected = true; // the disk refuses, as long as this gateway lives
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
            await UntilAsync(async () => (await gateway.RowsAsync(Buttons)).Count == 1);
            await gateway.RowsAsync("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END");
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 2)); // mosquitto has it, the store does not
            await UntilAsync(() => Task.FromResult(gateway.Get<StoreWriter>().Lost > 0));
            await gateway.RowsAsync("DROP TRIGGER refuse");
            await UntilAsync(async () => (await gateway.RowsAsync(Buttons)).Count == 2); // the broker said it again
        }

        await using TestGateway after = await AtAsync(mosquitto, folder);
        Assert.Equal(["1", "2"], await after.RowsAsync(Buttons));
    }

    [Fact]
    public async Task What_was_retained_is_known_at_once_and_not_counted()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        IMqttClient bear = await mosquitto.WearableAsync("bear");
        await bear.TellAsync(new Topics("bear").Status, StatusMessage.Online, retain: true);
        await bear.TellAsync(new Topics("bear").State, Say.Bytes(new StateMessage(), 40), retain: true);
        await using TestGateway gateway = await AtAsync(mosquitto);
        await UntilAsync(() => Task.FromResult(gateway.Get<DeviceRegistry>().Find("bear") is { Online: true, State: not null }));
        await bear.TellAsync(new Topics("bear").Heart, Say.Bytes(Say.Heart(723), 50));
        await UntilAsync(async () => (await gateway.RowsAsync("SELECT bpm10 FROM heart")).Count == 1);
        Assert.Equal(new LaneCounts(Received: 1, Duplicates: 0, Lost: 0, AudioLost: 0, Refused: 0), gateway.Get<Ingest>().CountsOf("bear"));
        Assert.Empty(await gateway.RowsAsync("SELECT kind FROM events"));
    }

    [Fact]
    public async Task Two_gateways_share_the_letters_and_store_each_once()
    {
        const int Letters = 60;
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync();
        await using TestGateway one = await AtAsync(mosquitto);
        await using TestGateway two = await AtAsync(mosquitto);
        IMqttClient bear = await mosquitto.WearableAsync("bear");
        for (int n = 1; n <= Letters; n++)
        {
            await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), n));
        }

        List<string> all = [];
        await UntilAsync(async () =>
        {
            all = [.. await one.RowsAsync(Buttons), .. await two.RowsAsync(Buttons)];
            return all.Count == Letters;
        });
        Assert.Equal(Enumerable.Range(1, Letters), all.Select(n => int.Parse(n, CultureInfo.InvariantCulture)).Order());
        Assert.NotEmpty(await one.RowsAsync(Buttons));
        Assert.NotEmpty(await two.RowsAsync(Buttons));
    }

    [Fact]
    public async Task A_broker_with_tls_and_password_lets_in_who_knows_both()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync(secure: true);
        await using TestGateway gateway = await AtAsync(mosquitto);
        await (await mosquitto.WearableAsync("bear")).TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), 1));
        await UntilAsync(async () => (await gateway.RowsAsync(Buttons)).Count == 1);
    }

    [Fact]
    public async Task A_wrong_password_or_authority_is_said_in_words()
    {
        await using TestMosquitto mosquitto = await TestMosquitto.RunningAsync(secure: true);
        await using TestGateway stranger = await AtAsync(mosquitto, waits: false, change: choice => choice with { User = "nobody" });
        await using TestGateway careful = await AtAsync(mosquitto, waits: false, change: choice => choice with { AuthorityFile = null });
        await UntilAsync(() => Task.FromResult(stranger.Log.At(LogLevel.Warning).Any(line => line.Contains("it refused: NotAuthorized", StringComparison.Ordinal))));
        await UntilAsync(() => Task.FromResult(careful.Log.At(LogLevel.Warning).Any(line => line.Contains("certificate", StringComparison.Ordinal))));
        GatewayStartException none = await Assert.ThrowsAsync<GatewayStartException>(() => AtAsync(mosquitto, change: choice => choice with { PasswordFile = "/nowhere/password" }));
        Assert.Contains("--broker-password-file: /nowhere/password cannot be read", none.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt://broker", "mqtt://broker:1883")]
    [InlineData("mqtts://10.0.0.7", "mqtts://10.0.0.7:8883")]
    [InlineData("mqtts://[fd00::1]:8884", "mqtts://[fd00::1]:8884")]
    public void An_address_may_leave_the_port_out(string text, string whole)
    {
        Assert.True(BrokerAddress.TryParse(text, out BrokerAddress? address, out string problem), problem);
        Assert.Equal(whole, address.ToString());
    }

    [Theory]
    [InlineData("broker:1883", "got \"broker:1883\"")]
    [InlineData("http://broker", "got \"http://broker\"")]
    [InlineData("mqtt://broker/path", "mqtt://HOST:PORT or mqtts://HOST:PORT expected")]
    [InlineData("mqtt://me:secret@broker", "no user and password in the address")]
    public void A_wrong_address_is_refused_by_name(string text, string why)
    {
        Assert.False(BrokerAddress.TryParse(text, out _, out string problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    private static async Task<TestGateway> AtAsync(
        TestMosquitto mosquitto, string? folder = null, bool keepFolder = false, bool waits = true, Func<BrokerChoice, BrokerChoice>? change = null)
    {
        BrokerChoice choice = change?.Invoke(mosquitto.Choice) ?? mosquitto.Choice;
        TestGateway gateway = await TestGateway.StartAsync(options => options with { Broker = choice, DataFolder = folder ?? options.DataFolder }, keepFolder: keepFolder);
        if (waits)
        {
            await ThereAsync(gateway);
        }

        return gateway;
    }

    private static Task ThereAsync(TestGateway gateway) => UntilAsync(() => Task.FromResult(gateway.Get<IHouseBroker>().IsThere));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
