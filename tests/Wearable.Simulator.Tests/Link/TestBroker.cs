using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Wearable.Simulator.Tests.Link;

/// <summary>A real broker on a free loopback port that notes everything published.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly MqttServer _server;

    private TestBroker(int port)
    {
        Port = port;
        _server = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointPort(port)
            .Build());
        _server.ValidatingConnectionAsync += connection =>
        {
            if (Password != null && connection.Password != Password)
            {
                connection.ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword;
            }

            return Task.CompletedTask;
        };
        _server.InterceptingSubscriptionAsync += subscription =>
        {
            if (RefusedFilter != null && subscription.TopicFilter.Topic == RefusedFilter)
            {
                subscription.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
                subscription.ProcessSubscription = false;
            }

            return Task.CompletedTask;
        };
        _server.InterceptingPublishAsync += publish =>
        {
            MqttApplicationMessage message = publish.ApplicationMessage;
            byte[] payload = message.Payload.ToArray();
            Published.Enqueue(new(message.Topic, Encoding.UTF8.GetString(payload), (int)message.QualityOfServiceLevel, message.Retain));
            Arrived?.Invoke(message.Topic, payload);
            return Task.CompletedTask;
        };
    }

    /// <summary>Raised for everything published, in order for one client.</summary>
    public event Action<string, byte[]>? Arrived;

    public sealed record Note(string Topic, string Text, int Qos, bool Retain);

    public int Port { get; }

    public string? Password { get; set; }

    public string? RefusedFilter { get; set; }

    public ConcurrentQueue<Note> Published { get; } = new();

    public static async Task<TestBroker> StartAsync(int? port = null)
    {
        TestBroker broker = new(port ?? FreePort());
        await broker._server.StartAsync();
        return broker;
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Task SendAsync(string topic, string text, int qos = 1) => SendAsync(topic, Encoding.UTF8.GetBytes(text), qos);

    public Task SendAsync(string topic, byte[] payload, int qos) =>
        _server.InjectApplicationMessage(new InjectedMqttApplicationMessage(new MqttApplicationMessageBuilder()
            .WithTopic(topic).WithPayload(payload).WithQualityOfServiceLevel((MqttQualityOfServiceLevel)qos).Build()) { SenderClientId = "test" });

    public Task StopAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        _server.Dispose();
    }
}
