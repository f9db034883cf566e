namespace Wearable.Firmware.Link
{
    /// <summary>
    /// Which ticket belongs to which MQTT packet id, for links that are told of an acknowledgement by its id alone. Not for two threads: the link locks.
    /// </summary>
    public sealed class TicketBook
    {
        /// <summary>Messages on their way, and tickets not taken yet; of each. Beyond it the oldest ticket is forgotten: its message goes out again.</summary>
        public const int Capacity = 32;

        private readonly int[] _ids = new int[Capacity];
        private readonly int[] _tickets = new int[Capacity];
        private readonly int[] _delivered = new int[Capacity];
        private int _count;
        private int _deliveredCount;

        /// <summary>A message went out.</summary>
        public void Sent(int id, int ticket)
        {
            GaveUp(id); // ids come around after 65,535
            if (_count == Capacity)
            {
                RemoveAt(0);
            }

            _ids[_count] = id;
            _tickets[_count] = ticket;
            _count++;
        }

        /// <summary>The broker acknowledged a message; nothing when it is not known.</summary>
        public void Delivered(int id)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_ids[i] == id)
                {
                    Note(_tickets[i]);
                    RemoveAt(i);
                    return;
                }
            }
        }

        /// <summary>The connection does not try this message any more.</summary>
        public void GaveUp(int id)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_ids[i] == id)
                {
                    RemoveAt(i);
                    return;
                }
            }
        }

        /// <summary>A new connection begins: ids start anew. What was acknowledged stays so.</summary>
        public void Clear()
        {
            _count = 0;
        }

        /// <summary>Takes the oldest ticket that was acknowledged; false when there is none.</summary>
        public bool TryTake(out int ticket)
        {
            ticket = 0;
            if (_deliveredCount == 0)
            {
                return false;
            }

            ticket = _delivered[0];
            _deliveredCount--;
            for (int i = 0; i < _deliveredCount; i++)
            {
                _delivered[i] = _delivered[i + 1];
            }

            return true;
        }

        private void Note(int ticket)
        {
            if (_deliveredCount == Capacity)
            {
                int unused;
                TryTake(out unused);
            }

            _delivered[_deliveredCount] = ticket;
            _deliveredCount++;
        }

        private void RemoveAt(int index)
        {
            _count--;
            for (int i = index; i < _count; i++)
            {
                _ids[i] = _ids[i + 1];
                _tickets[i] = _tickets[i + 1];
            }
        }
    }
}
