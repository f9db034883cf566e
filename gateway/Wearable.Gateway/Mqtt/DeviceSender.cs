using System.Globalization;
using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Integrations;

namespace Wearable.Gateway.Mqtt;

/// <summary>Makes the gateway's own messages and gives them to the broker. One that is away gets none of them; the wearable then hears nothing, as when it is away itself.</summary>
public sealed class DeviceSender(IHouseBroker broker, IEnumerable<ITurnListener> turnListeners, GatewayOptions options, TimeProvider time) : IDeviceSender, IHousePublisher
{
    /// <summary>How long a command without its own limit is worth something, ms.</summary>
    public const int DefaultTimeToLiveMs = 10_000;

    private readonly ITurnListener[] _turnListeners = [.. turnListeners];
    private readonly string _idPrefix = "g" + Random.Shared.Next(0x1000, 0x10000).ToString("x4", CultureInfo.InvariantCulture) + "-";
    private int _commands;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The device id or the command's name is none of the contract.</exception>
    public ValueTask SendCommandAsync(string deviceId, string name, CommandMessage command, CancellationToken cancellation = default)
    {
        if (Array.IndexOf(CommandNames.All, name) < 0)
        {
            throw new ArgumentException($"command: one of {string.Join(", ", CommandNames.All)} expected, got \"{name}\"", nameof(name));
        }

        if (command.Id.Length == 0)
        {
            command.Id = _idPrefix + Interlocked.Increment(ref _commands).ToString(CultureInfo.InvariantCulture);
        }

        command.SentMs = command.SentMs == 0 ? time.GetUtcNow().ToUnixTimeMilliseconds() : command.SentMs;
        command.TimeToLiveMs = command.TimeToLiveMs == 0 ? DefaultTimeToLiveMs : command.TimeToLiveMs;
        return PublishAsync(new Topics(deviceId).Command(name), Write(command.Write), MqttQualityOfServiceLevel.AtLeastOnce, retain: false, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask SendAudioAsync(string deviceId, byte[] packet, CancellationToken cancellation = default)
    {
        AudioPacket.Check(packet, packet.Length);
        return PublishAsync(new Topics(deviceId).AudioDown, packet, MqttQualityOfServiceLevel.AtMostOnce, retain: false, cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The device id or the phase is none of the contract.</exception>
    public async ValueTask PublishTurnAsync(string deviceId, string phase, TurnMessage turn, CancellationToken cancellation = default)
    {
        if (Array.IndexOf(TurnPhases.All, phase) < 0)
        {
            throw new ArgumentException($"phase: one of {string.Join(", ", TurnPhases.All)} expected, got \"{phase}\"", nameof(phase));
        }

        DateTimeOffset now = time.GetUtcNow();
        TurnMessage sent = Copy(turn, now);
        byte[] payload = Write(sent.Write);
        await PublishAsync(new Topics(deviceId).Turn(phase), payload, MqttQualityOfServiceLevel.AtMostOnce, retain: false, cancellation).ConfigureAwait(false);
        TurnReport report = new(deviceId, phase, sent, now, payload);
        foreach (ITurnListener listener in _turnListeners)
        {
            await listener.OnTurnAsync(report, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask SendConfigAsync(string deviceId, ConfigMessage config, CancellationToken cancellation = default) =>
        PublishAsync(new Topics(deviceId).ConfigDesired, Write(config.Write), MqttQualityOfServiceLevel.AtLeastOnce, retain: true, cancellation);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The topic is the contract's.</exception>
    public ValueTask PublishToHouseAsync(string topic, byte[] payload, bool retain, CancellationToken cancellation = default)
    {
        if (TopicName.Parse(topic).Kind != TopicKind.None)
        {
            throw new ArgumentException($"topic: none of the wearables' contract expected, got \"{topic}\"", nameof(topic));
        }

        return PublishAsync(topic, payload, MqttQualityOfServiceLevel.AtLeastOnce, retain, cancellation);
    }

    // The caller goes on changing its message; listeners keep this one. Here is also the one gate through which words leave the conversation.
    private TurnMessage Copy(TurnMessage turn, DateTimeOffset now)
    {
        TurnMessage copy = new()
        {
            TurnId = turn.TurnId,
            TimestampMs = turn.TimestampMs == 0 ? now.ToUnixTimeMilliseconds() : turn.TimestampMs,
            Safety = turn.Safety,
            Why = turn.Why,
            Heard = options.AllowWords ? turn.Heard : "",
            Answer = options.AllowWords ? turn.Answer : "",
        };
        turn.Reached.CopyTo(copy.Reached, 0);
        turn.StageMs.CopyTo(copy.StageMs, 0);
        return copy;
    }

    private static byte[] Write(Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return writer.ToArray();
    }

    private async ValueTask PublishAsync(string topic, byte[] payload, MqttQualityOfServiceLevel qos, bool retain, CancellationToken cancellation)
    {
        MqttApplicationMessage message = new() { Topic = topic, PayloadSegment = payload, QualityOfServiceLevel = qos, Retain = retain };
        await broker.PublishAsync(message, Broker.GatewayClientId, cancellation).ConfigureAwait(false);
    }
}
