namespace Wearable.Contract
{
    /// <summary>What every message of a device carries, so that the gateway can drop QoS 1 duplicates and count losses.</summary>
    public abstract class DeviceMessage
    {
        /// <summary>Boot id <c>b</c>: random at each start, 1 to 2^31-1.</summary>
        public int BootId;

        /// <summary>Counter <c>n</c> of this boot, from 1.</summary>
        public int Number;

        /// <summary><c>ts</c>: epoch ms, 0 before the clock is set.</summary>
        public long TimestampMs;

        /// <summary>Writes the whole payload.</summary>
        public void Write(WireWriter writer)
        {
            writer.Begin();
            writer.Number("b", BootId);
            writer.Number("n", Number);
            writer.Number("ts", TimestampMs);
            WriteFields(writer);
            writer.End();
        }

        /// <summary>Reads every field from a loaded payload.</summary>
        /// <exception cref="WireException">A field is missing or wrong.</exception>
        public void Read(WireReader reader)
        {
            BootId = reader.Int("b", 1, int.MaxValue);
            Number = reader.Int("n", 1, int.MaxValue);
            TimestampMs = reader.Long("ts", 0, 100000000000000);
            ReadFields(reader);
        }

        /// <summary>Writes the fields of this kind of message.</summary>
        protected abstract void WriteFields(WireWriter writer);

        /// <summary>Reads the fields of this kind of message.</summary>
        protected abstract void ReadFields(WireReader reader);
    }
}
