using System.Security.Cryptography.X509Certificates;
using Wearable.Firmware.Board;

namespace Wearable.Simulator.Link;

/// <summary>
/// The device's message link over real TCP: MQTT 3.1.1 with a last will. Nothing blocks the device's thread; one
/// <see cref="MqttConnection"/> lives per connection try, so that a late answer of an old one cannot touch the new one.
/// </summary>
/// <param name="host">Name or address of the broker.</param>
/// <param name="port">Its port.</param>
/// <param name="network">The radio underneath: while it is down the connection breaks and no try succeeds. Null: a cable.</param>
/// <param name="authority">TLS, and the server must show a certificate of this authority that names the host; null: in the clear.</param>
public sealed class MqttMessageLink(string host, int port, INetwork? network = null, X509Certificate2? authority = null) : IMessageLink, IAsyncDisposable
{
    /// <summary>Received messages waiting for the device. Full: the newest is dropped and counted.</summary>
    public const int InboxMessages = 32;

    /// <summary>Messages handed over but not sent. Full: <see cref="TryPublish"/> says no and the device keeps its message.</summary>
    public const int OutboxMessages = 32;

    private readonly Lock _gate = new();
    private readonly Queue<(string Topic, byte[] Payload)> _inbox = new();
    private readonly Queue<int> _delivered = new();
    private MqttConnection? _connection;
    private Task _closing = Task.CompletedTask;
    private string _lastError = "";
    private int _droppedInbound;
    private int _lostOutbound;

    /// <inheritdoc/>
    public LinkState State
    {
        get
        {
            DropWhenRadioIsDown();
            lock (_gate)
            {
                return _connection?.State ?? LinkState.Down;
            }
        }
    }

    /// <inheritdoc/>
    public string LastError
    {
        get
        {
            lock (_gate)
            {
                return _lastError;
            }
        }
    }

    /// <inheritdoc/>
    public int DroppedInbound => Volatile.Read(ref _droppedInbound);

    /// <summary>Messages taken from the device that a breaking connection could not send any more; those of QoS 1 the device sends again.</summary>
    public int LostOutbound => Volatile.Read(ref _lostOutbound);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The link is not down.</exception>
    public void BeginConnect(LinkOptions options)
    {
        lock (_gate)
        {
            if (_connection != null)
            {
                throw new InvalidOperationException($"message link: connect asked for while {_connection.State}");
            }

            if (network is { IsUp: false })
            {
                _lastError = "no network";
                return;
            }

            MqttConnection connection = new(host, port, authority, options, OutboxMessages);
            connection.Received += Receive;
            connection.Delivered += Delivered;
            connection.Opened += () => Opened(connection);
            connection.Ended += (error, unsent) => Ended(connection, error, unsent);
            _connection = connection;
            connection.Begin();
        }
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        lock (_gate)
        {
            MqttConnection? connection = _connection;
            _connection = null;
            if (connection != null)
            {
                _closing = connection.CloseAsync(goodbye: true);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        DropWhenRadioIsDown();
        lock (_gate)
        {
            return _connection is { State: LinkState.Up } connection && connection.TrySend(topic, payload, length, qos, retain, ticket);
        }
    }

    /// <inheritdoc/>
    public bool TryTakeDelivered(out int ticket)
    {
        lock (_gate)
        {
            return _delivered.TryDequeue(out ticket);
        }
    }

    /// <inheritdoc/>
    public bool TryReceive(LinkMessage message)
    {
        lock (_gate)
        {
            if (!_inbox.TryDequeue(out (string Topic, byte[] Payload) first))
            {
                return false;
            }

            message.Topic = first.Topic;
            message.Payload = first.Payload;
            message.Length = first.Payload.Length;
            return true;
        }
    }

    /// <summary>
    /// The battery is pulled: what was accepted still goes out (at most 2 s), but nobody says goodbye, so the broker
    /// publishes the last will. Also waits for the goodbye of a <see cref="Disconnect"/> before.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        MqttConnection? connection;
        Task closing;
        lock (_gate)
        {
            connection = _connection;
            _connection = null;
            closing = _closing;
        }

        await closing;
        if (connection != null)
        {
            await connection.CloseAsync(goodbye: false);
        }
    }

    private void DropWhenRadioIsDown()
    {
        if (network is null or { IsUp: true })
        {
            return;
        }

        MqttConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            if (connection == null)
            {
                return;
            }

            _connection = null;
            _lastError = "network lost";
        }

        connection.Abort();
    }

    private void Receive(string topic, byte[] payload)
    {
        lock (_gate)
        {
            if (_inbox.Count >= InboxMessages)
            {
                _droppedInbound++;
                return;
            }

            _inbox.Enqueue((topic, payload));
        }
    }

    private void Delivered(int ticket)
    {
        lock (_gate)
        {
            if (_delivered.Count == OutboxMessages)
            {
                _delivered.Dequeue(); // nobody takes them: that message would go out again
            }

            _delivered.Enqueue(ticket);
        }
    }

    private void Opened(MqttConnection connection)
    {
        lock (_gate)
        {
            if (_connection == connection)
            {
                _lastError = "";
            }
        }
    }

    private void Ended(MqttConnection connection, string error, int unsent)
    {
        lock (_gate)
        {
            _lostOutbound += unsent;
            if (_connection == connection)
            {
                _connection = null;
                _lastError = error;
            }
        }
    }
}
