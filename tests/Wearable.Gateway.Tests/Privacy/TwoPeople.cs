using System.Security.Cryptography;
using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Privacy;

/// <summary>A store with two people whose ids are alike, filled through the real gateway: whoever erases one must not touch the other.</summary>
public static class TwoPeople
{
    public const string Mia = "mia-bear";
    public const string Tom = "tom-mia-bear"; // holds the other's id
    public const string MiasFact = "my favourite colour is turquoise";
    public const string MiasWords = "tell me about my grandmother's zürich house";

    public static GatewayOptions Options(GatewayOptions options) => options with { AllowWords = true };

    /// <summary>Settings as an owner writes them, before the gateway starts.</summary>
    public static void WriteSettings(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "safety.json"), $$"""
            {
              // Who is who.
              "default": { "band": "adult" },
              "devices": { "{{Mia}}": { "band": "8-12", "memory": true }, "{{Tom}}": { "band": "teen" } }
            }
            """);
        File.WriteAllText(Path.Combine(folder, "heart.json"), $$"""{ "devices": { "{{Tom}}": { "age": 41 }, "{{Mia}}": { "age": 9 } } }""");
    }

    /// <summary>Both speak, are measured, remember and have accounts; what waits is on disk at the end.</summary>
    public static async Task<(IMqttClient Mia, IMqttClient Tom)> LiveAsync(TestGateway gateway)
    {
        DeviceAccounts accounts = gateway.Get<DeviceAccounts>();
        accounts.Add(Mia, "Mia's bear", "password", replace: false);
        accounts.Add(Tom, "Tom's bear", "password", replace: false);
        IMqttClient mia = await LiveAsync(gateway, Mia, MiasFact, MiasWords), tom = await LiveAsync(gateway, Tom, "the cat is called Whiskers", "what time is it in Rome");
        Directory.CreateDirectory(Path.Combine(gateway.Options.DataFolder, "recordings", Mia));
        await File.WriteAllTextAsync(Path.Combine(gateway.Options.DataFolder, "recordings", Mia, "day.jsonl"), "{}\n");
        Directory.CreateDirectory(Path.Combine(gateway.Options.DataFolder, "recordings", Tom));
        await File.WriteAllTextAsync(Path.Combine(gateway.Options.DataFolder, "recordings", Tom, "day.jsonl"), "{}\n");
        await gateway.Get<StoreWriter>().FlushAsync();
        return (mia, tom);
    }

    /// <summary>Everything the database holds of one, without the running numbers of its rows.</summary>
    public static async Task<string> HashOfAsync(IStore store, string device)
    {
        string[] queries =
        [
            $"SELECT at, kind, payload FROM events WHERE device = '{device}' ORDER BY id",
            $"SELECT at, bpm10, q, st, src, pi, mot FROM heart WHERE device = '{device}' ORDER BY id",
            $"SELECT * FROM heart_sums WHERE device = '{device}' ORDER BY slot",
            $"SELECT at, bpm10, q, st FROM heart_again WHERE device = '{device}' ORDER BY id",
            $"SELECT at, t0, ibi, q FROM beats WHERE device = '{device}' ORDER BY id",
            $"SELECT at, bat, heap, up, reset FROM health WHERE device = '{device}' ORDER BY id",
            $"SELECT * FROM turns WHERE device = '{device}' ORDER BY sid",
            $"SELECT device, boot, first, newest, count, hex(seen) FROM numbers WHERE device = '{device}' ORDER BY boot",
            $"SELECT topic, qos, hex(payload) FROM retained WHERE topic LIKE 'wearable/v1/{device}/%' ORDER BY topic",
        ];
        List<string> rows = [];
        foreach (string query in queries)
        {
            rows.AddRange(await TestStore.RowsAsync(store, query));
        }

        return $"{rows.Count} rows {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))))}";
    }

    /// <summary>Files of the data folder in which these bytes stand, the database and its log among them.</summary>
    public static List<string> FilesWith(string folder, string text, params string[] butIn)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text), longer = Encoding.UTF8.GetBytes(Tom);
        List<string> found = [];
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !butIn.Contains(Path.GetFileName(file)) && !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            // The other's id holds this one's; its letters are taken out before looking.
            for (int at = bytes.AsSpan().IndexOf(longer); text == Mia && at >= 0; at = bytes.AsSpan().IndexOf(longer))
            {
                bytes.AsSpan(at, longer.Length).Clear();
            }

            if (bytes.AsSpan().IndexOf(wanted) >= 0)
            {
                found.Add(Path.GetRelativePath(folder, file));
            }
        }

        return found;
    }

    private static async Task<IMqttClient> LiveAsync(TestGateway gateway, string id, string fact, string words)
    {
        IMqttClient client = await gateway.ConnectAsync(id, options => options.WithCredentials(id, "password").WithWillTopic(new Topics(id).Status)
            .WithWillPayload(StatusMessage.Offline).WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithWillRetain());
        Topics topics = new(id);
        int n = 0;
        await client.TellAsync(topics.Status, StatusMessage.Online, retain: true);
        await client.TellAsync(topics.Info, Say.Bytes(new InfoMessage { Board = "simulator", FirmwareVersion = "1", Words = "hey toy", Thresholds = [50], ModelVersion = "m", Codecs = [0] }, ++n), retain: true);
        await client.TellAsync(topics.State, Say.Bytes(new StateMessage(), ++n), retain: true);
        for (int i = 0; i < 50; i++)
        {
            await client.TellAsync(topics.Heart, Say.Bytes(Say.Heart(i % 5 == 0 ? null : 700 + i), ++n));
        }

        await client.TellAsync(topics.Button, Say.Bytes(Say.Button(), ++n));
        await client.TellAsync(topics.DeviceHealth, Say.Bytes(new DeviceHealthMessage { ResetReason = "power" }, ++n));
        // A tool's wishes and a wake model; Home Assistant's discovery and availability come from the gateway itself.
        IMqttClient tool = await gateway.ConnectAsync("tool_" + id);
        await tool.TellAsync(topics.ConfigDesired, "{\"b\":1,\"n\":1,\"ts\":0,\"v\":1}", retain: true);
        await tool.TellAsync(topics.WakeModel, $"model of {id}", retain: true);
        TurnMessage turn = new() { TurnId = "t1", Heard = words, Answer = $"I answered about {words}." };
        await gateway.Get<IDeviceSender>().PublishTurnAsync(id, "done", turn);
        gateway.Get<FactMemory>().Add(id, fact);
        return client;
    }
}
