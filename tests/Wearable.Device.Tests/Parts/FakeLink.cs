using System;
using System.Text;
using Wearable.Firmware.Board;
using Wearable.Firmware.Link;

namespace Wearable.DeviceTests
{
    /// <summary>An MQTT connection that keeps what it was given (the last 64) and hands over what a test puts in.</summary>
    internal sealed class FakeLink : IMessageLink
    {
        private const int Kept = 64;

        private readonly string[] _topics = new string[Kept];
        private readonly byte[][] _payloads = new byte[Kept][];
        private readonly bool[] _retained = new bool[Kept];
        private readonly TicketBook _tickets = new TicketBook();
        private string _inTopic;
        private byte[] _inPayload;

        /// <summary>False: nothing is taken, as with a full connection.</summary>
        public bool Takes = true;

        /// <summary>False: the broker says nothing of what it took.</summary>
        public bool Acknowledges = true;

        /// <summary>True: the broker refuses every try.</summary>
        public bool Refuses;

        /// <summary>Messages taken.</summary>
        public int Count;

        /// <summary>Tries to connect.</summary>
        public int Connects;

        /// <inheritdoc/>
        public LinkState State { get; set; }

        /// <inheritdoc/>
        public string LastError
        {
            get { return ""; }
        }

        /// <inheritdoc/>
        public int DroppedInbound
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public void BeginConnect(LinkOptions options)
        {
            Connects++;
            State = Refuses ? LinkState.Down : LinkState.Up;
        }

        /// <inheritdoc/>
        public void Disconnect()
        {
            State = LinkState.Down;
        }

        /// <inheritdoc/>
        public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
        {
            if (!Takes || State != LinkState.Up)
            {
                return false;
            }

            byte[] copy = new byte[length];
            Array.Copy(payload, 0, copy, 0, length);
            int at = Count % Kept;
            _topics[at] = topic;
            _payloads[at] = copy;
            _retained[at] = retain;
            Count++;
            if (qos > 0 && Acknowledges)
            {
                _tickets.Sent(ticket, ticket);
                _tickets.Delivered(ticket);
            }

            return true;
        }

        /// <inheritdoc/>
        public bool TryTakeDelivered(out int ticket)
        {
            return _tickets.TryTake(out ticket);
        }

        /// <inheritdoc/>
        public bool TryReceive(LinkMessage message)
        {
            if (_inTopic == null)
            {
                return false;
            }

            message.Topic = _inTopic;
            message.Payload = _inPayload;
            message.Length = _inPayload.Length;
            _inTopic = null;
            return true;
        }

        /// <summary>Puts one message in; the next read takes it.</summary>
        public void Receive(string topic, byte[] payload)
        {
            _inTopic = topic;
            _inPayload = payload;
        }

        /// <summary>Puts one text in.</summary>
        public void Receive(string topic, string text)
        {
            Receive(topic, Encoding.UTF8.GetBytes(text));
        }

        /// <summary>Topic of one message, 0 the first of all.</summary>
        public string Topic(int index)
        {
            return _topics[index % Kept];
        }

        /// <summary>Bytes of one message.</summary>
        public byte[] Payload(int index)
        {
            return _payloads[index % Kept];
        }

        /// <summary>Whether one message was retained.</summary>
        public bool Retained(int index)
        {
            return _retained[index % Kept];
        }

        /// <summary>The newest message to a topic as text; empty when there is none.</summary>
        public string Last(string topic)
        {
            for (int i = Count - 1; i >= 0 && i >= Count - Kept; i--)
            {
                if (Topic(i) == topic)
                {
                    byte[] payload = Payload(i);
                    return Encoding.UTF8.GetString(payload, 0, payload.Length);
                }
            }

            return "";
        }
    }
}
