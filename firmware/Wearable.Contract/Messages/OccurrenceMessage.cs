namespace Wearable.Contract
{
    /// <summary>A button press or a fault: what, since when, how often.</summary>
    public sealed class OccurrenceMessage : DeviceMessage
    {
        /// <summary><c>what</c>: an id; for buttons short or long, for faults e.g. sensor-silent, audio-overrun, speaker-starved, link-lost, queue-full.</summary>
        public string What = "";

        /// <summary><c>since</c>: uptime in ms when it began.</summary>
        public long SinceMs;

        /// <summary><c>count</c>: times since boot.</summary>
        public int Count;

        /// <summary><c>text</c>: for people; may be empty.</summary>
        public string Text = "";

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("what", What);
            writer.Number("since", SinceMs);
            writer.Number("count", Count);
            if (Text.Length > 0)
            {
                writer.Text("text", Text);
            }
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            What = reader.Id("what");
            SinceMs = reader.Long("since", 0, long.MaxValue / 2);
            Count = reader.Int("count", 1, int.MaxValue);
            Text = reader.TextOr("text", 200, "");
        }
    }
}
