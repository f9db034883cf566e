using System;
using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Link
{
    /// <summary>How much a message matters when the queue is full.</summary>
    public enum Priority
    {
        /// <summary>Readings: newer ones replace older ones in worth.</summary>
        Telemetry,

        /// <summary>State and acknowledgements.</summary>
        Report,

        /// <summary>Wake, speech, button, fault: never dropped for anything less.</summary>
        Event,
    }

    /// <summary>
    /// Stamps, writes and hands over every message of the device. What the link does not take waits in a bounded queue, in order, and a
    /// QoS 1 message stays there until the broker has acknowledged it: with a new connection, or five seconds without an acknowledgement,
    /// all that are not acknowledged go out again with the same boot id and number, by which the gateway removes the second.
    /// Full: the oldest of the lowest priority is dropped and counted; a message of lower priority than all that waits is itself dropped.
    /// Everything is made once; publishing allocates nothing here (the link copies).
    /// </summary>
    public sealed class EventPublisher
    {
        /// <summary>Messages that can wait, those on their way included.</summary>
        public const int Capacity = 24;

        /// <summary>Longest time without an acknowledgement before what is on its way is sent again, ms. M2Mqtt gives a message up after four seconds.</summary>
        public const int AcknowledgeMs = 5000;

        private const int SlotBytes = 512; // the longest device message, info, is about 400
        private const int FlushPerPass = 3;

        private readonly IMessageLink _link;
        private readonly IClock _clock;
        private readonly int _bootId;
        private readonly WireWriter _writer = new WireWriter();
        private readonly byte[][] _payloads = new byte[Capacity][];
        private readonly string[] _topics = new string[Capacity];
        private readonly int[] _lengths = new int[Capacity];
        private readonly int[] _qos = new int[Capacity];
        private readonly bool[] _retain = new bool[Capacity];
        private readonly int[] _priorities = new int[Capacity];
        private readonly int[] _tickets = new int[Capacity];
        private int _count;
        private int _onTheirWay; // of these, the first so many: taken by the link and not acknowledged
        private int _ticket;
        private int _number;
        private long _quietSinceMs; // since when nothing was acknowledged, while something should be

        /// <summary>Makes a publisher.</summary>
        public EventPublisher(IMessageLink link, IClock clock, int bootId)
        {
            _link = link;
            _clock = clock;
            _bootId = bootId;
            for (int i = 0; i < Capacity; i++)
            {
                _payloads[i] = new byte[SlotBytes];
            }
        }

        /// <summary>Messages waiting, for the link or for their acknowledgement.</summary>
        public int Waiting
        {
            get { return _count; }
        }

        /// <summary>Messages dropped since boot because the queue was full.</summary>
        public int Dropped { get; private set; }

        /// <summary>Publishes a message of the device: boot id, number and time are filled in here.</summary>
        public void Publish(string topic, DeviceMessage message, int qos, bool retain, Priority priority)
        {
            message.BootId = _bootId;
            message.Number = ++_number;
            message.TimestampMs = _clock.EpochMs;
            message.Write(_writer);
            Hand(topic, _writer.Buffer, _writer.Length, qos, retain, priority);
        }

        /// <summary>Publishes settings in force.</summary>
        public void Publish(string topic, ConfigMessage message)
        {
            message.Write(_writer);
            Hand(topic, _writer.Buffer, _writer.Length, 1, true, Priority.Report);
        }

        /// <summary>Publishes bytes that are no JSON (status).</summary>
        public void Publish(string topic, byte[] payload, int qos, bool retain)
        {
            Hand(topic, payload, payload.Length, qos, retain, Priority.Report);
        }

        /// <summary>What is on its way waits again: the connection is a new one, or an acknowledgement did not come.</summary>
        public void SendAgain()
        {
            _onTheirWay = 0;
        }

        /// <summary>Lets go of what was acknowledged and hands over what waits, at most three messages, oldest first.</summary>
        public void Flush()
        {
            if (_count > 0)
            {
                Settle();
            }

            for (int i = 0; i < FlushPerPass && _onTheirWay < _count; i++)
            {
                int next = _onTheirWay;
                if (!_link.TryPublish(_topics[next], _payloads[next], _lengths[next], _qos[next], _retain[next], _tickets[next]))
                {
                    return;
                }

                if (_qos[next] == 0)
                {
                    Remove(next);
                }
                else
                {
                    OnHanded();
                }
            }
        }

        private void Settle()
        {
            int ticket;
            while (_link.TryTakeDelivered(out ticket))
            {
                _quietSinceMs = _clock.UptimeMs;
                RemoveTicket(ticket);
            }

            if (_onTheirWay > 0 && _clock.UptimeMs - _quietSinceMs >= AcknowledgeMs)
            {
                SendAgain();
            }
        }

        private void OnHanded()
        {
            if (_onTheirWay == 0)
            {
                _quietSinceMs = _clock.UptimeMs;
            }

            _onTheirWay++;
        }

        private void Hand(string topic, byte[] payload, int length, int qos, bool retain, Priority priority)
        {
            if (retain)
            {
                RemoveOlder(topic); // only the newest retained message of a topic means anything
            }

            _ticket++;
            bool handed = _onTheirWay == _count && _link.TryPublish(topic, payload, length, qos, retain, _ticket);
            if (handed && (qos == 0 || length > SlotBytes))
            {
                return; // too long to wait: the connection alone answers for it
            }

            if (length > SlotBytes)
            {
                throw new InvalidOperationException(topic + ": at most 512 bytes can wait, got " + length.ToString());
            }

            if (_count == Capacity && !MakeRoom((int)priority))
            {
                Dropped++;
                return;
            }

            Array.Copy(payload, 0, _payloads[_count], 0, length);
            _topics[_count] = topic;
            _lengths[_count] = length;
            _qos[_count] = qos;
            _retain[_count] = retain;
            _priorities[_count] = (int)priority;
            _tickets[_count] = _ticket;
            _count++;
            if (handed)
            {
                OnHanded();
            }
        }

        private void RemoveTicket(int ticket)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_tickets[i] == ticket)
                {
                    Remove(i);
                    return;
                }
            }
        }

        private void RemoveOlder(string topic)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_retain[i] && _topics[i] == topic)
                {
                    Remove(i);
                    return;
                }
            }
        }

        private bool MakeRoom(int priority)
        {
            int victim = 0;
            for (int i = 1; i < _count; i++)
            {
                if (_priorities[i] < _priorities[victim])
                {
                    victim = i;
                }
            }

            if (_priorities[victim] > priority)
            {
                return false;
            }

            Remove(victim);
            Dropped++;
            return true;
        }

        private void Remove(int index)
        {
            byte[] freed = _payloads[index];
            for (int i = index; i < _count - 1; i++)
            {
                _payloads[i] = _payloads[i + 1];
                _topics[i] = _topics[i + 1];
                _lengths[i] = _lengths[i + 1];
                _qos[i] = _qos[i + 1];
                _retain[i] = _retain[i + 1];
                _priorities[i] = _priorities[i + 1];
                _tickets[i] = _tickets[i + 1];
            }

            _count--;
            if (index < _onTheirWay)
            {
                _onTheirWay--;
            }

            _payloads[_count] = freed;
            _topics[_count] = null;
        }
    }
}
