using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Wearable.Contract;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// What passed through the broker, for the topic explorer: of each topic the last messages, in memory only and gone with the process.
/// Sound is left out. Full: a topic beyond <see cref="MostTopics"/> is only counted.
/// </summary>
public sealed class TopicBook(TimeProvider time) : IForgets
{
    /// <summary>Most topics kept.</summary>
    public const int MostTopics = 500;

    /// <summary>Messages kept of each topic.</summary>
    public const int MessagesPerTopic = 50;

    /// <summary>Bytes kept of a payload; with the limits above 25 MB at most.</summary>
    public const int PayloadBytes = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Page> _pages = new(StringComparer.Ordinal);
    private long _sequence;
    private long _beyond;

    /// <summary>One message.</summary>
    /// <param name="At">Epoch ms.</param>
    /// <param name="Payload">Text, cut at <see cref="PayloadBytes"/>; bytes that are no text as hexadecimal.</param>
    /// <param name="Bytes">Its whole length.</param>
    /// <param name="Retain">Published as retained.</param>
    /// <param name="Qos">0 to 2.</param>
    /// <param name="From">The publisher's client id.</param>
    public sealed record Message(long At, string Payload, long Bytes, bool Retain, int Qos, string From);

    /// <summary>One topic.</summary>
    /// <param name="Topic">Its name.</param>
    /// <param name="Count">Messages since the gateway started.</param>
    /// <param name="Retained">The broker gives a message of it to whoever comes new.</param>
    /// <param name="Last">Its newest message.</param>
    public sealed record Summary(string Topic, long Count, bool Retained, Message Last);

    /// <summary>What changed.</summary>
    /// <param name="Sequence">To ask with next time.</param>
    /// <param name="Topics">The topics that changed.</param>
    /// <param name="Beyond">Messages of topics not kept.</param>
    public sealed record Changes(long Sequence, IReadOnlyList<Summary> Topics, long Beyond);

    /// <summary>Topics that changed after <paramref name="since"/>; 0 for all.</summary>
    public Changes Since(long since)
    {
        lock (_lock)
        {
            return new Changes(_sequence, [.. _pages.Where(page => page.Value.Sequence > since).Select(page => page.Value.Summary(page.Key)).OrderBy(summary => summary.Topic, StringComparer.Ordinal)], _beyond);
        }
    }

    /// <summary>The messages kept of a topic, newest first; empty when it is not known.</summary>
    public IReadOnlyList<Message> HistoryOf(string topic)
    {
        lock (_lock)
        {
            return _pages.TryGetValue(topic, out Page? page) ? [.. page.Messages.Reverse()] : [];
        }
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        lock (_lock)
        {
            foreach (string topic in _pages.Keys.Where(topic => topic.Split('/').Contains(deviceId, StringComparer.Ordinal)).ToArray())
            {
                _pages.Remove(topic);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Takes one message.</summary>
    /// <param name="message">As it goes out.</param>
    /// <param name="from">The publisher's client id; empty when it is not known.</param>
    public void Keep(MQTTnet.MqttApplicationMessage message, string from)
    {
        if (message.Topic.StartsWith(Topics.AudioRoot, StringComparison.Ordinal))
        {
            return;
        }

        Message kept = new(
            time.GetUtcNow().ToUnixTimeMilliseconds(), TextOf(message.Payload), message.Payload.Length, message.Retain, (int)message.QualityOfServiceLevel, LogText.Clean(from));
        lock (_lock)
        {
            if (!_pages.TryGetValue(message.Topic, out Page? page))
            {
                if (_pages.Count == MostTopics)
                {
                    _beyond++;
                    return;
                }

                _pages.Add(message.Topic, page = new Page());
            }

            page.Add(kept, ++_sequence);
        }
    }

    private static string TextOf(ReadOnlySequence<byte> payload)
    {
        byte[] bytes = payload.Slice(0, Math.Min(PayloadBytes, payload.Length)).ToArray();
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Convert.ToHexStringLower(bytes);
    }

    private sealed class Page
    {
        public Queue<Message> Messages { get; } = new();

        public long Sequence { get; private set; }

        private long Count { get; set; }

        private bool Retained { get; set; }

        private Message? Last { get; set; }

        public void Add(Message message, long sequence)
        {
            Messages.Enqueue(message);
            if (Messages.Count > MessagesPerTopic)
            {
                Messages.Dequeue();
            }

            (Sequence, Last, Count) = (sequence, message, Count + 1);
            Retained = message.Retain ? message.Bytes > 0 : Retained;
        }

        public Summary Summary(string topic) => new(topic, Count, Retained, Last!);
    }
}
