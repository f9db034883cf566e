using Wearable.Contract;

namespace Wearable.Gateway.Mqtt;

/// <summary>What the gateway says to wearables and about turns. Safe for many threads.</summary>
public interface IDeviceSender
{
    /// <summary>Sends a command, QoS 1, not retained. Id, time and time to live are filled in when empty.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="name">One of <see cref="CommandNames"/>.</param>
    /// <param name="command">Its arguments.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    ValueTask SendCommandAsync(string deviceId, string name, CommandMessage command, CancellationToken cancellation = default);

    /// <summary>Sends one audio packet (header and payload, see <see cref="AudioPacket"/>), QoS 0.</summary>
    ValueTask SendAudioAsync(string deviceId, byte[] packet, CancellationToken cancellation = default);

    /// <summary>Publishes one phase of a turn, QoS 0, and hands it to the dashboard and the store.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="phase">One of <see cref="TurnPhases"/>.</param>
    /// <param name="turn">The message.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    ValueTask PublishTurnAsync(string deviceId, string phase, TurnMessage turn, CancellationToken cancellation = default);

    /// <summary>Publishes wished settings, retained.</summary>
    ValueTask SendConfigAsync(string deviceId, ConfigMessage config, CancellationToken cancellation = default);
}
