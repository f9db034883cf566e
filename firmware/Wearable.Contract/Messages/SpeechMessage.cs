namespace Wearable.Contract
{
    /// <summary>Sound starts or stops leaving the device.</summary>
    public sealed class SpeechMessage : DeviceMessage
    {
        /// <summary>Values of <see cref="What"/>.</summary>
        public const int Start = 0, End = 1;

        /// <summary>Values of <see cref="Why"/>.</summary>
        public const int ByWake = 0, ByButton = 1, ByFollowUp = 2, ByGateway = 3, ByTimeout = 4, ByAbort = 5;

        /// <summary>Texts of <c>what</c>.</summary>
        public static readonly string[] Whats = { "start", "end" };

        /// <summary>Texts of <c>why</c>: what started or ended it.</summary>
        public static readonly string[] Whys = { "wake", "button", "followup", "gateway", "timeout", "abort" };

        /// <summary><c>sid</c>: the turn.</summary>
        public string TurnId = "";

        /// <summary><c>what</c>: index into <see cref="Whats"/>.</summary>
        public int What;

        /// <summary><c>ms</c>: sound sent so far, 0 at the start.</summary>
        public int DurationMs;

        /// <summary><c>why</c>: index into <see cref="Whys"/>.</summary>
        public int Why;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("sid", TurnId);
            writer.Text("what", Whats[What]);
            writer.Number("ms", DurationMs);
            writer.Text("why", Whys[Why]);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            TurnId = reader.Id("sid");
            What = reader.OneOf("what", Whats);
            DurationMs = reader.Int("ms", 0, 3600000);
            Why = reader.OneOf("why", Whys);
        }
    }
}
