using System.Buffers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Wearable.Firmware.Board;

namespace Wearable.Simulator.Link;

/// <summary>One try at the broker, from connecting to its end. Used once; all events come from background threads.</summary>
internal sealed class MqttConnection
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly string _broker;
    private readonly LinkOptions _options;
    private readonly MqttClientOptions _clientOptions;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<(MqttApplicationMessage Message, int Ticket)> _outbox;
    private readonly CancellationTokenSource _ending = new();
    private int _state = (int)LinkState.Connecting;
    private int _ended;
    private Task _run = Task.CompletedTask;

    public MqttConnection(string host, int port, X509Certificate2? authority, LinkOptions options, int outboxMessages)
    {
        _broker = $"broker {host}:{port}";
        _options = options;
        _outbox = Channel.CreateBounded<(MqttApplicationMessage, int)>(outboxMessages);
        MqttClientOptionsBuilder builder = new MqttClientOptionsBuilder()
            .WithTcpServer(host, port)
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId(options.ClientId)
            .WithCleanSession()
            .WithTimeout(ConnectLimit)
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(options.KeepAliveSeconds));
        if (authority != null)
        {
            // A house's own authority publishes no list of revoked certificates.
            builder.WithTlsOptions(tls => tls.UseTls().WithTargetHost(host).WithTrustChain([authority]).WithRevocationMode(X509RevocationMode.NoCheck));
        }

        if (options.User != null)
        {
            builder.WithCredentials(options.User, options.Password);
        }

        if (options.WillTopic != null)
        {
            builder.WithWillTopic(options.WillTopic)
                .WithWillPayload(options.WillMessage)
                .WithWillRetain()
                .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        }

        _clientOptions = builder.Build();
        _client.ApplicationMessageReceivedAsync += OnReceived;
        _client.DisconnectedAsync += OnDisconnected;
    }

    public event Action<string, byte[]>? Received;

    /// <summary>The broker acknowledged the QoS 1 message of this ticket.</summary>
    public event Action<int>? Delivered;

    /// <summary>Connected and subscribed.</summary>
    public event Action? Opened;

    /// <summary>Raised once: why, and how many accepted messages were not sent.</summary>
    public event Action<string, int>? Ended;

    public LinkState State => (LinkState)Volatile.Read(ref _state);

    public void Begin() => _run = Task.Run(RunAsync);

    public bool TrySend(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
    {
        return _outbox.Writer.TryWrite((new MqttApplicationMessage
        {
            Topic = topic,
            PayloadSegment = payload.AsSpan(0, length).ToArray(),
            QualityOfServiceLevel = (MqttQualityOfServiceLevel)qos,
            Retain = retain,
        }, ticket));
    }

    /// <summary>Breaks off without a word, as a lost radio does: the broker will publish the last will.</summary>
    public void Abort() => End("network lost");

    /// <summary>Sends what was accepted, gives up after 2 s, then ends the connection; never throws.</summary>
    /// <param name="goodbye">True: in order, so that the broker sends no last will.</param>
    public async Task CloseAsync(bool goodbye)
    {
        // A try that is not through yet has nothing to send and would only be waited for.
        if (Interlocked.CompareExchange(ref _state, (int)LinkState.Down, (int)LinkState.Connecting) == (int)LinkState.Connecting)
        {
            End("");
            return;
        }

        _outbox.Writer.TryComplete();
        try
        {
            await _run.WaitAsync(CloseLimit);
            if (goodbye && _client.IsConnected)
            {
                using CancellationTokenSource limit = new(CloseLimit);
                await _client.DisconnectAsync(new MqttClientDisconnectOptions(), limit.Token);
            }
        }
        catch (Exception)
        {
            // The goodbye is a courtesy: a broker that does not take it gets a closed socket instead.
        }

        End("");
    }

    private async Task RunAsync()
    {
        try
        {
            MqttClientConnectResult answer = await _client.ConnectAsync(_clientOptions, _ending.Token);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                End($"{_broker} refused the connection: {Describe(answer.ResultCode)}");
                return;
            }

            await SubscribeAsync();
            Opened?.Invoke();
            if (Interlocked.CompareExchange(ref _state, (int)LinkState.Up, (int)LinkState.Connecting) != (int)LinkState.Connecting)
            {
                return;
            }

            await foreach ((MqttApplicationMessage message, int ticket) in _outbox.Reader.ReadAllAsync(_ending.Token))
            {
                await _client.PublishAsync(message, _ending.Token);
                if (message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtLeastOnce)
                {
                    Delivered?.Invoke(ticket);
                }
            }
        }
        catch (Exception error)
        {
            End($"{_broker}: {Describe(error)}");
        }
    }

    private async Task SubscribeAsync()
    {
        if (_options.Subscriptions is not { Length: > 0 })
        {
            return;
        }

        MqttClientSubscribeOptionsBuilder builder = new();
        foreach (string filter in _options.Subscriptions)
        {
            builder.WithTopicFilter(filter, MqttQualityOfServiceLevel.AtLeastOnce);
        }

        MqttClientSubscribeResult answer = await _client.SubscribeAsync(builder.Build(), _ending.Token);
        foreach (MqttClientSubscribeResultItem item in answer.Items)
        {
            if (item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2)
            {
                throw new InvalidOperationException($"subscription to {item.TopicFilter.Topic} refused");
            }
        }
    }

    private Task OnReceived(MqttApplicationMessageReceivedEventArgs received)
    {
        MqttApplicationMessage message = received.ApplicationMessage;
        Received?.Invoke(message.Topic, message.Payload.ToArray());
        return Task.CompletedTask;
    }

    private Task OnDisconnected(MqttClientDisconnectedEventArgs gone)
    {
        // A failed or refused connect also comes here; RunAsync knows more about it and reports it.
        if (gone.ClientWasConnected)
        {
            End($"{_broker}: {(gone.Exception == null ? "connection closed" : Describe(gone.Exception))}");
        }

        return Task.CompletedTask;
    }

    private void End(string error)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        _outbox.Writer.TryComplete();
        int unsent = 0;
        while (_outbox.Reader.TryRead(out _))
        {
            unsent++;
        }

        try
        {
            _ending.Cancel();
            _client.Dispose();
        }
        catch (Exception)
        {
            // The client tears itself down at the same time and may trip over this; what matters is that nobody waits for a dead connection.
        }

        // Reported before it is visible: whoever sees Down also finds the reason.
        Ended?.Invoke(error, unsent);
        Volatile.Write(ref _state, (int)LinkState.Down);
    }

    private static string Describe(MqttClientConnectResultCode code) => code switch
    {
        MqttClientConnectResultCode.BadUserNameOrPassword => "bad user name or password",
        MqttClientConnectResultCode.NotAuthorized => "not authorized",
        MqttClientConnectResultCode.ClientIdentifierNotValid => "client id not accepted",
        MqttClientConnectResultCode.ServerUnavailable => "server unavailable",
        MqttClientConnectResultCode.UnsupportedProtocolVersion => "MQTT 3.1.1 not accepted",
        _ => code.ToString(),
    };

    /// <summary>The innermost cause in plain words: MQTTnet wraps a refused socket two deep.</summary>
    private static string Describe(Exception error)
    {
        while (error.InnerException != null)
        {
            error = error.InnerException;
        }

        return error switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens there (connection refused)",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "host name not known",
            AuthenticationException => "its certificate is not of the pinned authority or names another host (" + error.Message.TrimEnd('.') + ")",
            OperationCanceledException or TimeoutException => "no answer within 10 s",
            _ => error.Message,
        };
    }
}
