namespace Wearable.Contract
{
    /// <summary>What the device is doing and whether it can hear; retained, on every change.</summary>
    public sealed class StateMessage : DeviceMessage
    {
        /// <summary>Values of <c>mode</c>, by <see cref="Mode"/>.</summary>
        public static readonly string[] Modes = { "idle", "listening", "streaming", "thinking", "speaking", "muted" };

        /// <summary>Values of <c>mic</c>, by <see cref="Microphone"/>.</summary>
        public static readonly string[] Microphones = { "off", "wake", "stream" };

        /// <summary>Values of <c>link</c>, by <see cref="Link"/>.</summary>
        public static readonly string[] Links = { "up", "lossy" };

        /// <summary><c>mode</c>: index into <see cref="Modes"/>.</summary>
        public int Mode;

        /// <summary><c>mic</c>: index into <see cref="Microphones"/>: off captures nothing, wake stays on the device, stream leaves it.</summary>
        public int Microphone;

        /// <summary><c>link</c>: index into <see cref="Links"/>; lossy when something was dropped since the last state.</summary>
        public int Link;

        /// <summary><c>sid</c>: the turn this state belongs to; empty outside a turn.</summary>
        public string TurnId = "";

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("mode", Modes[Mode]);
            writer.Text("mic", Microphones[Microphone]);
            writer.Text("link", Links[Link]);
            if (TurnId.Length > 0)
            {
                writer.Text("sid", TurnId);
            }
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            Mode = reader.OneOf("mode", Modes);
            Microphone = reader.OneOf("mic", Microphones);
            Link = reader.OneOf("link", Links);
            TurnId = reader.Has("sid") ? reader.Id("sid") : "";
        }
    }
}
