namespace Wearable.Contract
{
    /// <summary>Consecutive inter-beat intervals. Never retained.</summary>
    public sealed class BeatsMessage : DeviceMessage
    {
        /// <summary>Most intervals in one message.</summary>
        public const int MaxBeats = 32;

        /// <summary><c>t0</c>: uptime of the first beat in ms.</summary>
        public long FirstBeatMs;

        /// <summary><c>ibi</c>: intervals in ms, oldest first; the first <see cref="Count"/> count.</summary>
        public readonly int[] IntervalsMs = new int[MaxBeats];

        /// <summary><c>q</c>: 1 when the interval is accepted, 0 when doubtful (ectopic, missed beat, step of the LED).</summary>
        public readonly int[] Accepted = new int[MaxBeats];

        /// <summary>Intervals in this message.</summary>
        public int Count;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Number("t0", FirstBeatMs);
            writer.Numbers("ibi", IntervalsMs, Count);
            writer.Numbers("q", Accepted, Count);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            FirstBeatMs = reader.Long("t0", 0, long.MaxValue / 2);
            Count = reader.Ints("ibi", IntervalsMs, 0, 60000);
            int flags = reader.Ints("q", Accepted, 0, 1);
            if (flags != Count)
            {
                throw reader.Refuse("q", Count.ToString() + " flags expected, one per interval, got " + flags.ToString());
            }
        }
    }
}
