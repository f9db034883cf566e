using System.Buffers;
using System.CommandLine;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using Wearable.Contract;

namespace Wearable.Gateway.Tool;

/// <summary>The verb <c>watch</c>: what passes through the broker as it happens, coloured on a terminal, as JSON lines into a pipe.</summary>
public sealed class WatchCommand
{
    // Far more than a terminal scrolls; beyond it the oldest is dropped and counted, the broker is never slowed.
    private const int QueueMessages = 4096;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2), ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Reach _reach;
    private readonly Option<string[]> _device = new("--device") { Description = "Only these wearables.", HelpName = "ID", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _kind = new("--kind") { Description = "Only these kinds: the end of the topic, such as heart, wake, fault, turn, cmd, cfg.", HelpName = "KIND", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _topic = new("--topic") { Description = "MQTT topic filters instead of wearable/#.", HelpName = "FILTER", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _json = new("--json") { Description = "JSON lines on a terminal too." };
    private readonly Option<int?> _count = new("--count") { Description = "End after so many messages.", HelpName = "NUMBER" };
    private readonly Option<string?> _broker = new("--broker") { Description = "A broker elsewhere: mqtts://HOST:PORT with TLS, mqtt://HOST:PORT without.", HelpName = "URL" };

    private WatchCommand(Func<ParseResult, GatewayOptions> optionsOf)
    {
        _optionsOf = optionsOf;
        _reach = new Reach(optionsOf);
    }

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf) => new WatchCommand(optionsOf).Make();

    private Command Make()
    {
        Command watch = new("watch", "Shows what passes through the broker as it happens, until Ctrl+C. Sound is left out.") { _device, _kind, _topic, _json, _count, _broker };
        _device.CompletionSources.Add(context => KnownDevices.Of(context, _optionsOf));
        _kind.CompletionSources.Add("ack", "beats", "button", "cfg", "cmd", "device", "fault", "heart", "info", "keyword", "motion", "near", "raw", "speech", "state", "status", "turn", "wake");
        _reach.AddTo(watch);
        watch.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, () => WatchAsync(parsed, cancellation)));
        return watch;
    }

    private async Task<int> WatchAsync(ParseResult parsed, CancellationToken cancellation)
    {
        foreach (string id in parsed.GetValue(_device) ?? [])
        {
            _ = Ids.IsValid(id) ? id : throw new ToolException(ToolExit.Refused, $"--device: 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{id}\".");
        }

        string[] topics = parsed.GetValue(_topic) is { Length: > 0 } given ? given : [Topics.Root.Split('/')[0] + "/#"];
        MqttClientOptions where = Where(parsed, out string name);
        WatchLine line = new(parsed.InvocationConfiguration.Output, ToolRun.ConsoleOf(parsed), parsed.GetValue(_json) || !ToolRun.IsTerminal(parsed));
        long dropped = 0;
        Channel<Seen> seen = Channel.CreateBounded<Seen>(new BoundedChannelOptions(QueueMessages) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Interlocked.Increment(ref dropped));
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            MqttApplicationMessage message = received.ApplicationMessage;
            seen.Writer.TryWrite(new Seen(DateTimeOffset.UtcNow, message.Topic, message.Payload.ToArray(), message.Retain));
            return Task.CompletedTask;
        };
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await ConnectAsync(client, where, topics, name, over.Token).ConfigureAwait(false);
        Task staying = StayAsync(client, where, topics, name, parsed.InvocationConfiguration.Error, over.Token);
        try
        {
            await ShowAsync(parsed, seen.Reader, line, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how one stops watching.
        }

        await over.CancelAsync().ConfigureAwait(false);
        await staying.ConfigureAwait(false);
        if (Interlocked.Read(ref dropped) is > 0 and long lost)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"{lost} messages were not shown: what reads this is slower than they came.").ConfigureAwait(false);
        }

        return ToolExit.Done;
    }

    private async Task ShowAsync(ParseResult parsed, ChannelReader<Seen> seen, WatchLine line, CancellationToken cancellation)
    {
        HashSet<string> devices = [.. parsed.GetValue(_device) ?? []], kinds = [.. parsed.GetValue(_kind) ?? []];
        int left = parsed.GetValue(_count) ?? int.MaxValue;
        await foreach (Seen message in seen.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            (string device, string kind) = WatchLine.Of(message.Topic);
            if ((devices.Count == 0 || devices.Contains(device)) && (kinds.Count == 0 || kinds.Contains(kind)))
            {
                line.Write(message, device, kind);
                if (--left == 0)
                {
                    return;
                }
            }
        }
    }

    private MqttClientOptions Where(ParseResult parsed, out string name)
    {
        GatewayOptions options = _optionsOf(parsed);
        RunningGateway? running = RunningGateway.Find(options.DataFolder);
        Uri broker = parsed.GetValue(_broker) is string given
            ? Uri.TryCreate(given, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "mqtt" or "mqtts", Port: > 0 }
                ? uri
                : throw new ToolException(ToolExit.Refused, $"--broker: mqtts://HOST:PORT or mqtt://HOST:PORT expected, got \"{given}\".")
            : _reach.IsElsewhere(parsed)
                ? throw new ToolException(ToolExit.Refused, "--broker mqtts://HOST:PORT expected: the messages come over MQTT, not from the page's address.")
                : new Uri($"mqtt://{running?.MqttHost ?? "127.0.0.1"}:{running?.MqttPort ?? options.MqttPort}");
        name = $"{broker.Host}:{broker.Port}";
        MqttClientOptionsBuilder made = new MqttClientOptionsBuilder().WithTcpServer(broker.Host, broker.Port).WithClientId("watch_" + Guid.NewGuid().ToString("N")[..8]).WithTimeout(ConnectLimit);
        (string? user, string? password) = _reach.Account(parsed);
        made = user is null ? made : made.WithCredentials(user, password);
        if (broker.Scheme == "mqtts")
        {
            System.Security.Cryptography.X509Certificates.X509Certificate2? authority = _reach.Authority(parsed, options);
            made = made.WithTlsOptions(tls =>
            {
                tls.UseTls();
                if (authority is not null)
                {
                    tls.WithTrustChain([authority]);
                }
            });
        }

        return made.Build();
    }

    private static async Task ConnectAsync(IMqttClient client, MqttClientOptions where, string[] topics, string name, CancellationToken cancellation)
    {
        try
        {
            MqttClientConnectResult connected = await client.ConnectAsync(where, cancellation).ConfigureAwait(false);
            if (connected.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new ToolException(ToolExit.NotAllowed, $"The broker at {name} refused ({connected.ResultCode}): give --user NAME and {Reach.PasswordVariable}.");
            }

            foreach (string topic in topics)
            {
                await client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce, cancellation).ConfigureAwait(false);
            }
        }
        catch (MqttCommunicationException e)
        {
            throw new ToolException(ToolExit.NoGateway, $"No gateway answers at {name} ({(e.InnerException ?? e).Message.TrimEnd('.')}): start it with \"wearable\" (from the source: dotnet run --project gateway/Wearable.Gateway), or give its data folder with --data FOLDER.");
        }
    }

    // The gateway may be started anew meanwhile.
    private static async Task StayAsync(IMqttClient client, MqttClientOptions where, string[] topics, string name, TextWriter error, CancellationToken cancellation)
    {
        bool told = false;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Again, cancellation).ConfigureAwait(false);
                if (client.IsConnected)
                {
                    told = false;
                    continue;
                }

                if (!told)
                {
                    await error.WriteLineAsync($"The connection to {name} is lost; trying again every {Again.TotalSeconds:0} s.").ConfigureAwait(false);
                    told = true;
                }

                await ConnectAsync(client, where, topics, name, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ToolException or OperationCanceledException)
            {
                // Not back yet, or over.
            }
        }
    }

    /// <summary>One message.</summary>
    internal sealed record Seen(DateTimeOffset At, string Topic, byte[] Payload, bool Retained);
}
