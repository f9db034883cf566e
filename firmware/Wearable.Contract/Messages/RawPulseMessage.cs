namespace Wearable.Contract
{
    /// <summary>
    /// Light as the sensor measured it (<c>tele/raw</c>): about two messages a second, only for the time a command <c>raw</c> asked for.
    /// For recording; never stored by the gateway, never retained.
    /// </summary>
    public sealed class RawPulseMessage : DeviceMessage
    {
        /// <summary>Most samples in one message: half a second.</summary>
        public const int MaxSamples = 25;

        /// <summary>Longest time one command may ask for, ms.</summary>
        public const int MaxMs = 600000;

        /// <summary><c>i</c>: index of the first sample since the sensor began; lost ones are counted. 0 again after a gap of unknown length.</summary>
        public int Index;

        /// <summary><c>t0</c>: uptime at the first sample, ms, up to 120 ms late.</summary>
        public long FirstMs;

        /// <summary><c>fs</c>: samples per 1000 s, by the device's clock.</summary>
        public int RateMilliHz;

        /// <summary><c>led</c>: LED current, register code of 0.2 mA.</summary>
        public int Led;

        /// <summary><c>step</c>: 1 when the current changed just before: the first two samples may be of either.</summary>
        public int Stepped;

        /// <summary><c>ir</c>: infrared light, 18-bit counts, oldest first; the first <see cref="Count"/> count.</summary>
        public readonly int[] Samples = new int[MaxSamples];

        /// <summary>Samples in this message.</summary>
        public int Count;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Number("i", Index);
            writer.Number("t0", FirstMs);
            writer.Number("fs", RateMilliHz);
            writer.Number("led", Led);
            writer.Number("step", Stepped);
            writer.Numbers("ir", Samples, Count);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            Index = reader.Int("i", 0, int.MaxValue);
            FirstMs = reader.Long("t0", 0, long.MaxValue / 2);
            RateMilliHz = reader.Int("fs", 10000, 400000);
            Led = reader.Int("led", 1, 255);
            Stepped = reader.Int("step", 0, 1);
            Count = reader.Ints("ir", Samples, 0, 262143);
        }
    }
}
