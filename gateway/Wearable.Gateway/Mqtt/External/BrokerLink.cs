using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>
/// One connection to an external broker, made again whenever it breaks: at first after a quarter of a second, then twice as long each time
/// up to <see cref="LongestWait"/>, a random half less, so that many gateways do not knock at once. Says what it waits for.
/// </summary>
public sealed class BrokerLink : IAsyncDisposable
{
    /// <summary>Longest time between two tries.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // MQTTnet's 8 KB are less than one loopback segment: once such a reader falls behind, Linux sends it a window of data every 200 ms and it never catches up.
    private const int SocketBytes = 256 * 1024;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    private readonly BrokerAddress _address;
    private readonly string _what;
    private readonly MqttClientOptions _options;
    private readonly Func<MqttClientConnectResult, CancellationToken, Task> _begin;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _there = NewSignal();
    private TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Makes the link; <see cref="Start"/> starts it.</summary>
    /// <param name="choice">Where and as whom.</param>
    /// <param name="what">What it is for, in the log.</param>
    /// <param name="more">Client id and session.</param>
    /// <param name="begin">Subscribes; called after each connect, before <see cref="IsThere"/> is true.</param>
    /// <param name="time">Waits between tries.</param>
    /// <param name="logger">Says what is waited for.</param>
    /// <exception cref="GatewayStartException">The password or the authority's file cannot be read.</exception>
    public BrokerLink(
        BrokerChoice choice, string what, Action<MqttClientOptionsBuilder> more, Func<MqttClientConnectResult, CancellationToken, Task> begin, TimeProvider time, ILogger logger)
    {
        (_address, _what, _begin, _time, _logger) = (choice.Address, what, begin, time, logger);
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder()
            .WithTcpServer(choice.Address.Host, choice.Address.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(15))
            .WithoutPacketFragmentation() // one write each
            .WithTimeout(TimeSpan.FromSeconds(10));
        if (choice.User.Length > 0)
        {
            options.WithCredentials(choice.User, choice.Password());
        }

        if (choice.Address.Tls)
        {
            options.WithTlsOptions(tls => Encrypt(tls, choice));
        }

        more(options);
        _options = options.Build();
        ((MqttClientTcpOptions)_options.ChannelOptions).BufferSize = SocketBytes;
        Client = new MqttClientFactory().CreateMqttClient();
        Client.DisconnectedAsync += OnDisconnected;
    }

    /// <summary>
    /// The connection. Its calls take no token that may be cancelled: it stops in the middle of a packet then, and what is written next the broker
    /// reads as the rest of it. Who need not wait any longer waits with <see cref="Task.WaitAsync(CancellationToken)"/>.
    /// </summary>
    public IMqttClient Client { get; }

    /// <summary>Whether it is connected and subscribed.</summary>
    public bool IsThere => Volatile.Read(ref _there).Task.IsCompleted;

    /// <summary>Starts; the broker need not be there.</summary>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Waits for the connection; false when it did not come in time.</summary>
    public async ValueTask<bool> WaitAsync(TimeSpan patience, CancellationToken cancellation)
    {
        if (IsThere)
        {
            return true;
        }

        try
        {
            await Volatile.Read(ref _there).Task.WaitAsync(patience, _time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Connects anew: the broker repeats what was not acknowledged.</summary>
    public Task AgainAsync() => Client.DisconnectAsync(new MqttClientDisconnectOptions(), CancellationToken.None);

    /// <summary>Says goodbye and stays away.</summary>
    /// <param name="forgetSession">Whether the broker is to forget the session.</param>
    public async Task StopAsync(bool forgetSession)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            if (Client.IsConnected)
            {
                MqttClientDisconnectOptions goodbye = new();
                if (forgetSession)
                {
                    goodbye.SessionExpiryInterval = 0;
                }

                await Client.DisconnectAsync(goodbye, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsNoConnection(e))
        {
            // it broke by itself
        }

        await _loop.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return; // registered under two names, so the container disposes it twice
        }

        await StopAsync(forgetSession: false).ConfigureAwait(false);
        Client.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Whether an exception says no more than that the broker is away.</summary>
    internal static bool IsNoConnection(Exception e) =>
        e is MQTTnet.Exceptions.MqttCommunicationException or IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException or System.Net.Sockets.SocketException or AuthenticationException or TimeoutException or MQTTnet.Exceptions.MqttProtocolViolationException;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Encrypt(MqttClientTlsOptionsBuilder tls, BrokerChoice choice)
    {
        tls.UseTls().WithTargetHost(choice.Address.Host).WithSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13);
        if (choice.AuthorityFile is not string file)
        {
            return;
        }

        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new GatewayStartException($"--broker-ca: {file} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }

        if (authorities.Count == 0)
        {
            throw new GatewayStartException($"--broker-ca: a certificate in PEM expected in {file}, got none.");
        }

        // An authority of one's own publishes no list of revoked certificates.
        tls.WithTrustChain(authorities).WithRevocationMode(X509RevocationMode.NoCheck);
    }

    private async Task RunAsync()
    {
        TimeSpan wait = FirstWait;
        int tries = 0;
        while (!_stopping.IsCancellationRequested)
        {
            string why = await ConnectAsync().ConfigureAwait(false);
            if (why.Length == 0)
            {
                _logger.LogInformation("{What}: connected to the broker {Broker}", _what, _address);
                (wait, tries) = (FirstWait, 0);
                string end = await _gone.Task.ConfigureAwait(false);
                Interlocked.Exchange(ref _there, NewSignal());
                if (!_stopping.IsCancellationRequested)
                {
                    _logger.LogWarning("{What}: the connection to the broker {Broker} broke: {Why}", _what, _address, end);
                }

                continue;
            }

            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            if (int.IsPow2(++tries))
            {
                _logger.LogWarning("{What}: waiting for the broker {Broker}: {Why} (try {Try})", _what, _address, why, tries);
            }

            await Task.Delay(wait * (1 - (Random.Shared.NextDouble() / 2)), _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    // Empty when connected and subscribed, else why not.
    private async Task<string> ConnectAsync()
    {
        Interlocked.Exchange(ref _gone, new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            MqttClientConnectResult result = await Client.ConnectAsync(_options, _stopping.Token).ConfigureAwait(false);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                return $"it refused: {result.ResultCode} {result.ReasonString}".TrimEnd();
            }

            await _begin(result, _stopping.Token).ConfigureAwait(false);
            _there.TrySetResult();
            return "";
        }
        catch (Exception e) when (IsNoConnection(e))
        {
            if (Client.IsConnected)
            {
                await Client.TryDisconnectAsync().ConfigureAwait(false);
            }

            Exception cause = e;
            while (cause.InnerException is not null)
            {
                cause = cause.InnerException;
            }

            return cause.Message.TrimEnd('.');
        }
    }

    private Task OnDisconnected(MqttClientDisconnectedEventArgs gone)
    {
        _gone.TrySetResult(gone.Exception?.Message ?? gone.Reason.ToString());
        return Task.CompletedTask;
    }
}
