using System;
using System.Collections;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using nanoFramework.M2Mqtt;
using nanoFramework.M2Mqtt.Messages;
using Wearable.Firmware.Board;
using Wearable.Firmware.Link;

namespace Wearable.Esp32
{
    /// <summary>
    /// MQTT 3.1.1 over M2Mqtt 5.1.220 or later. Connecting runs on a thread of its own because it blocks up to 30 s; a new client is made for
    /// every try because the constructor resolves and keeps the address. With an authority the connection is TLS 1.2 and the server must show a certificate
    /// of it that names the host (M2Mqtt's ValidateServerCertificate is on); a wrong one is a failed try. M2Mqtt's own queue is bounded: its default, int.MaxValue, eats the heap.
    /// </summary>
    internal sealed class M2MqttLink : IMessageLink
    {
        private const int MaxInbox = 32;
        private const int MaxOutbox = 16;

        private readonly string _host;
        private readonly int _port;
        private readonly X509Certificate _authority;
        private readonly object _gate = new object();
        private readonly Queue _inbox = new Queue();
        private readonly TicketBook _tickets = new TicketBook();
        private MqttClient _client;
        private LinkOptions _options;
        private LinkState _state = LinkState.Down;
        private string _lastError = "";
        private int _dropped;

        public M2MqttLink(string host, int port, string authorityPem)
        {
            _host = host;
            _port = port;
            _authority = authorityPem == null ? null : new X509Certificate(authorityPem);
        }

        public LinkState State
        {
            get
            {
                lock (_gate)
                {
                    return _state;
                }
            }
        }

        public string LastError
        {
            get { return _lastError; }
        }

        public int DroppedInbound
        {
            get { return _dropped; }
        }

        public void BeginConnect(LinkOptions options)
        {
            lock (_gate)
            {
                if (_state != LinkState.Down)
                {
                    throw new InvalidOperationException("link: connect while not down");
                }

                _state = LinkState.Connecting;
                _options = options;
            }

            new Thread(Connect).Start();
        }

        public void Disconnect()
        {
            MqttClient client = _client;
            Close("");
            if (client != null && client.IsConnected)
            {
                client.Disconnect();
            }
        }

        public bool TryPublish(string topic, byte[] payload, int length, int qos, bool retain, int ticket)
        {
            MqttClient client = _client;
            if (State != LinkState.Up || client == null)
            {
                return false;
            }

            byte[] copy = new byte[length];
            Array.Copy(payload, 0, copy, 0, length);
            try
            {
                if (qos == 0)
                {
                    client.Publish(topic, copy, null, null, MqttQoSLevel.AtMostOnce, retain);
                    return true;
                }

                lock (_tickets) // the acknowledgement may be there before Publish returns the id; its thread waits
                {
                    _tickets.Sent(client.Publish(topic, copy, null, null, MqttQoSLevel.AtLeastOnce, retain), ticket);
                }

                return true;
            }
            catch (Exception)
            {
                return false; // M2Mqtt throws when its bounded queue is full or the connection is going: the caller keeps the message
            }
        }

        public bool TryTakeDelivered(out int ticket)
        {
            lock (_tickets)
            {
                return _tickets.TryTake(out ticket);
            }
        }

        public bool TryReceive(LinkMessage message)
        {
            lock (_inbox)
            {
                if (_inbox.Count == 0)
                {
                    return false;
                }

                MqttMsgPublishEventArgs received = (MqttMsgPublishEventArgs)_inbox.Dequeue();
                message.Topic = received.Topic;
                message.Payload = received.Message;
                message.Length = received.Message.Length;
                return true;
            }
        }

        private void Connect()
        {
            try
            {
                MqttSettings.Instance.InflightQueueSize = MaxOutbox;
                MqttClient client = _authority == null
                    ? new MqttClient(_host, _port, false, null, null, MqttSslProtocols.None)
                    : new MqttClient(_host, _port, true, _authority, null, MqttSslProtocols.TLSv1_2);
                client.MqttMsgPublishReceived += OnReceived;
                client.MqttMsgPublished += OnPublished;
                client.ConnectionClosed += OnClosed;
                MqttReasonCode code = client.Connect(
                    _options.ClientId, _options.User, _options.Password, true, MqttQoSLevel.AtLeastOnce, true, _options.WillTopic, _options.WillMessage, true, (ushort)_options.KeepAliveSeconds);
                if (code != MqttReasonCode.Success)
                {
                    Close("broker refused: code " + ((int)code).ToString());
                    return;
                }

                MqttQoSLevel[] levels = new MqttQoSLevel[_options.Subscriptions.Length];
                for (int i = 0; i < levels.Length; i++)
                {
                    levels[i] = MqttQoSLevel.AtLeastOnce;
                }

                client.Subscribe(_options.Subscriptions, levels);
                lock (_tickets)
                {
                    _tickets.Clear();
                }

                lock (_gate)
                {
                    _client = client;
                    _state = LinkState.Up;
                    _lastError = "";
                }
            }
            catch (Exception e)
            {
                Close(e.Message); // DNS, socket and MQTT errors alike: the device decides when to try again
            }
        }

        private void Close(string error)
        {
            lock (_gate)
            {
                _client = null;
                _state = LinkState.Down;
                _lastError = error == null ? "" : error;
            }
        }

        private void OnReceived(object sender, MqttMsgPublishEventArgs e)
        {
            lock (_inbox)
            {
                if (_inbox.Count >= MaxInbox)
                {
                    _inbox.Dequeue();
                    _dropped++;
                }

                _inbox.Enqueue(e);
            }
        }

        // Three attempts a second apart, then M2Mqtt gives a message up; the device hands it over again.
        private void OnPublished(object sender, MqttMsgPublishedEventArgs e)
        {
            if (sender != _client)
            {
                return; // of a connection that is over: its ids are no longer known
            }

            lock (_tickets)
            {
                if (e.IsPublished)
                {
                    _tickets.Delivered(e.MessageId);
                }
                else
                {
                    _tickets.GaveUp(e.MessageId);
                }
            }
        }

        private void OnClosed(object sender, EventArgs e)
        {
            Close("connection closed");
        }
    }
}
