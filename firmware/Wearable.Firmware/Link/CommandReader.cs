using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Link
{
    /// <summary>Reads commands and answers each with an acknowledgement; anything malformed becomes a fault, never a crash.</summary>
    public sealed class CommandReader
    {
        private readonly EventPublisher _publisher;
        private readonly IClock _clock;
        private readonly FaultLog _faults;
        private readonly string _ackTopic;
        private readonly WireReader _reader = new WireReader();
        private readonly AckMessage _ack = new AckMessage();

        /// <summary>Makes a reader.</summary>
        public CommandReader(EventPublisher publisher, IClock clock, FaultLog faults, string ackTopic)
        {
            _publisher = publisher;
            _clock = clock;
            _faults = faults;
            _ackTopic = ackTopic;
        }

        /// <summary>The command last read.</summary>
        public CommandMessage Command { get; } = new CommandMessage();

        /// <summary>Reads one command.</summary>
        /// <param name="name">Its name, out of the topic.</param>
        /// <param name="message">Its payload.</param>
        /// <returns>True when <see cref="Command"/> holds a valid command that is still wanted.</returns>
        public bool TryRead(string name, LinkMessage message)
        {
            try
            {
                _reader.Load("cmd/" + name, message.Payload, message.Length);
                Command.Read(_reader);
            }
            catch (WireException e)
            {
                _faults.Report(FaultLog.BadMessage, e.Message);
                if (e.Field.Length > 0 && e.Field != "id" && Ids.IsValid(Command.Id))
                {
                    Refuse("invalid", e.Message);
                }

                return false;
            }

            long now = _clock.EpochMs;
            if (now > 0 && Command.SentMs > 0 && Command.TimeToLiveMs > 0 && now > Command.SentMs + Command.TimeToLiveMs)
            {
                Refuse("expired", (now - Command.SentMs).ToString() + " ms old, " + Command.TimeToLiveMs.ToString() + " allowed");
                return false;
            }

            return true;
        }

        /// <summary>The command was carried out.</summary>
        public void Accept()
        {
            _ack.CommandId = Command.Id;
            _ack.Ok = true;
            _publisher.Publish(_ackTopic, _ack, 1, false, Priority.Report);
        }

        /// <summary>The command was not carried out.</summary>
        public void Refuse(string code, string text)
        {
            _ack.CommandId = Command.Id;
            _ack.Ok = false;
            _ack.Code = code;
            _ack.Text = text.Length > 200 ? text.Substring(0, 200) : text;
            _publisher.Publish(_ackTopic, _ack, 1, false, Priority.Report);
        }
    }
}
