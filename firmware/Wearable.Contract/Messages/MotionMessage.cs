namespace Wearable.Contract
{
    /// <summary>
    /// Light and acceleration at 12.5 Hz (<c>tele/motion</c>), about one message a second, only where the owner allowed it: from it the gateway
    /// finds the rate in motion again, 10 s later and better. Never stored, never retained.
    /// </summary>
    public sealed class MotionMessage : DeviceMessage
    {
        /// <summary>Most instants in one message: just under a second, and under the 512 bytes that may wait on the device.</summary>
        public const int MaxSamples = 12;

        /// <summary>Instants per second, times ten.</summary>
        public const int RateDeciHz = 125;

        /// <summary><c>i</c>: index of the first instant since the stream began; 0 again when it began anew. A jump is a gap.</summary>
        public int Index;

        /// <summary><c>l1</c>: light of one LED, counts, oldest first; the first <see cref="Count"/> count, as in all lists.</summary>
        public readonly int[] Light1 = new int[MaxSamples];

        /// <summary><c>l2</c>: light of the other; the same again when there is only one.</summary>
        public readonly int[] Light2 = new int[MaxSamples];

        /// <summary><c>x</c>: acceleration, milli-g; 0 without a motion sensor.</summary>
        public readonly int[] X = new int[MaxSamples];

        /// <summary><c>y</c>: acceleration, milli-g.</summary>
        public readonly int[] Y = new int[MaxSamples];

        /// <summary><c>z</c>: acceleration, milli-g.</summary>
        public readonly int[] Z = new int[MaxSamples];

        /// <summary>Instants in this message.</summary>
        public int Count;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Number("i", Index);
            writer.Numbers("l1", Light1, Count);
            writer.Numbers("l2", Light2, Count);
            writer.Numbers("x", X, Count);
            writer.Numbers("y", Y, Count);
            writer.Numbers("z", Z, Count);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            Index = reader.Int("i", 0, int.MaxValue);
            Count = reader.Ints("l1", Light1, 0, 262143);
            ReadOther(reader, "l2", Light2, 0, 262143);
            ReadOther(reader, "x", X, -32768, 32767);
            ReadOther(reader, "y", Y, -32768, 32767);
            ReadOther(reader, "z", Z, -32768, 32767);
        }

        private void ReadOther(WireReader reader, string field, int[] into, int min, int max)
        {
            int count = reader.Ints(field, into, min, max);
            if (count != Count)
            {
                throw reader.Refuse(field, Count.ToString() + " numbers expected, as many as of l1, got " + count.ToString());
            }
        }
    }
}
