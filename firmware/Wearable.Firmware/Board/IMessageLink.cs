namespace Wearable.Firmware.Board
{
    /// <summary>Where the connection to the broker stands.</summary>
    public enum LinkState
    {
        /// <summary>Not connected and not trying; the device decides when to try again.</summary>
        Down,

        /// <summary>A try is under way in the background (M2Mqtt may take 30 s; the loop goes on hearing).</summary>
        Connecting,

        /// <summary>Connected.</summary>
        Up,
    }

    /// <summary>What one connection needs.</summary>
    public sealed class LinkOptions
    {
        /// <summary>MQTT client id; the device id.</summary>
        public string ClientId;

        /// <summary>Broker account, or null for none.</summary>
        public string User;

        /// <summary>Broker password, or null for none.</summary>
        public string Password;

        /// <summary>Topic of the last will, retained, QoS 1.</summary>
        public string WillTopic;

        /// <summary>Payload of the last will.</summary>
        public string WillMessage;

        /// <summary>MQTT keep-alive.</summary>
        public int KeepAliveSeconds = 15;

        /// <summary>Topic filters to subscribe at QoS 1 once connected, before <see cref="LinkState.Up"/> is reported.</summary>
        public string[] Subscriptions;
    }

    /// <summary>One received message, reused by the reader.</summary>
    public sealed class LinkMessage
    {
        /// <summary>Full topic.</summary>
        public string Topic;

        /// <summary>The payload; valid until the next <see cref="IMessageLink.TryReceive"/>. Never null.</summary>
        public byte[] Payload;

        /// <summary>Length of the payload in bytes.</summary>
        public int Length;
    }

    /// <summary>MQTT, one connection at a time. Nothing here blocks the loop; reconnecting is the device's decision.</summary>
    public interface IMessageLink
    {
        /// <summary>Where the connection stands.</summary>
        LinkState State { get; }

        /// <summary>Why the last connection ended or could not be made; empty while all is well. For people, not for decisions.</summary>
        string LastError { get; }

        /// <summary>Starts one connection try. Only when <see cref="State"/> is Down; throws otherwise.</summary>
        void BeginConnect(LinkOptions options);

        /// <summary>Ends the connection, if any. The broker sends no last will after an orderly end.</summary>
        void Disconnect();

        /// <summary>
        /// Hands a message to the connection. False: not taken (not connected, or the connection's own bounded queue is full);
        /// the caller keeps it. The payload is copied before this returns. True at QoS 1 promises nothing yet: see <see cref="TryTakeDelivered"/>.
        /// </summary>
        /// <param name="topic">Full topic.</param>
        /// <param name="payload">The message, from index 0.</param>
        /// <param name="length">Its bytes.</param>
        /// <param name="qos">0 or 1.</param>
        /// <param name="retain">The broker keeps it for whoever comes later.</param>
        /// <param name="ticket">The caller's name for it at QoS 1; nothing at QoS 0.</param>
        bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket);

        /// <summary>
        /// Takes the ticket of a QoS 1 message that the broker has acknowledged, on this connection or an earlier one; false when there is none.
        /// A ticket may also never come: the connection broke or gave the message up, and the caller hands it over again.
        /// </summary>
        bool TryTakeDelivered(out int ticket);

        /// <summary>Takes the oldest received message; false when there is none.</summary>
        bool TryReceive(LinkMessage message);

        /// <summary>Received messages dropped because the bounded inbox (32 messages) was full.</summary>
        int DroppedInbound { get; }
    }
}
