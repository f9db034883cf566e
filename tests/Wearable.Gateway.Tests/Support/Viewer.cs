using System.Buffers;
using System.Text;
using System.Threading.Channels;
using MQTTnet;

namespace Wearable.Gateway.Tests.Support;

/// <summary>What an MQTT viewer saw, in order.</summary>
public sealed class Viewer
{
    private readonly Channel<Seen> _seen = Channel.CreateUnbounded<Seen>();

    public sealed record Seen(string Topic, byte[] Payload, bool Retained)
    {
        public string Text => Encoding.UTF8.GetString(Payload);
    }

    public Task OnMessageAsync(MqttApplicationMessageReceivedEventArgs message)
    {
        MqttApplicationMessage m = message.ApplicationMessage;
        _seen.Writer.TryWrite(new Seen(m.Topic, m.Payload.ToArray(), m.Retain));
        return Task.CompletedTask;
    }

    /// <summary>The next message; fails after 20 s without one.</summary>
    public async Task<Seen> NextAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        return await _seen.Reader.ReadAsync(limit.Token);
    }

    public bool SawNothing => _seen.Reader.Count == 0;
}
