namespace Wearable.Contract
{
    /// <summary>A heart rate, or the honest lack of one. Not a medical device. Never retained.</summary>
    public sealed class HeartMessage : DeviceMessage
    {
        /// <summary>Values of <c>st</c>, by <see cref="State"/>.</summary>
        public static readonly string[] States = { "no_contact", "settling", "ok", "motion", "saturated", "lost", "sensor_error" };

        /// <summary>Values of <c>src</c>, by <see cref="Source"/>: none, the agreeing beats, or the spectral tracker.</summary>
        public static readonly string[] Sources = { "none", "beats", "spectrum" };

        /// <summary>True when <see cref="RateBpmX10"/> may be believed; on the wire <c>bpm10</c> is null otherwise.</summary>
        public bool HasRate;

        /// <summary><c>bpm10</c>: beats per minute times ten, 250 to 2500; null unless <see cref="HasRate"/>.</summary>
        public int RateBpmX10;

        /// <summary><c>q</c>: 0-100.</summary>
        public int Quality;

        /// <summary><c>st</c>: index into <see cref="States"/>.</summary>
        public int State;

        /// <summary><c>src</c>: index into <see cref="Sources"/>.</summary>
        public int Source;

        /// <summary><c>pi</c>: perfusion (pulse height over mean light) in thousandths of a percent.</summary>
        public int Perfusion;

        /// <summary><c>mot</c>: motion in milli-g above rest; 0 without a motion sensor.</summary>
        public int MotionMilliG;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.NumberOrNull("bpm10", HasRate, RateBpmX10);
            writer.Number("q", Quality);
            writer.Text("st", States[State]);
            writer.Text("src", Sources[Source]);
            writer.Number("pi", Perfusion);
            writer.Number("mot", MotionMilliG);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            HasRate = reader.TryInt("bpm10", 250, 2500, out RateBpmX10);
            Quality = reader.Int("q", 0, 100);
            State = reader.OneOf("st", States);
            Source = reader.OneOf("src", Sources);
            Perfusion = reader.Int("pi", 0, 100000);
            MotionMilliG = reader.Int("mot", 0, 16000);
            if (HasRate && States[State] != "ok" && States[State] != "motion" && States[State] != "settling")
            {
                throw reader.Refuse("bpm10", "null expected in state " + States[State] + ", got a number");
            }
        }
    }
}
