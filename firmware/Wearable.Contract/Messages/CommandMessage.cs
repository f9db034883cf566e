namespace Wearable.Contract
{
    /// <summary>The commands a gateway may send; each is a topic level under <c>cmd/</c>.</summary>
    public static class CommandNames
    {
        /// <summary>Open the microphone without a wake word for <c>ms</c>; <c>sid</c> names the turn.</summary>
        public const string Listen = "listen";

        /// <summary>End of speech: stop sending sound of turn <c>sid</c>, wait for the answer. While speaking: stop the answer.</summary>
        public const string Stop = "stop";

        /// <summary>Give turn <c>sid</c> up without an answer (another wearable answers, or the wake was not confirmed).</summary>
        public const string Yield = "yield";

        /// <summary>Loudness <c>value</c> 0-100.</summary>
        public const string Volume = "volume";

        /// <summary>Threshold <c>value</c> 0-100 of wake word <c>word</c>.</summary>
        public const string Threshold = "threshold";

        /// <summary>Microphone off when <c>value</c> is 1, on when 0.</summary>
        public const string Mute = "mute";

        /// <summary>Show yourself: blink.</summary>
        public const string Identify = "identify";

        /// <summary>Sleep for <c>ms</c>.</summary>
        public const string Sleep = "sleep";

        /// <summary>Restart.</summary>
        public const string Reboot = "reboot";

        /// <summary>Erase everything kept about the wearer, settings included.</summary>
        public const string Forget = "forget";

        /// <summary>Send the pulse sensor's light as measured for <c>ms</c>, 0 to 600000; 0 ends it.</summary>
        public const string Raw = "raw";

        /// <summary>All of them.</summary>
        public static readonly string[] All = { Listen, Stop, Yield, Volume, Threshold, Mute, Identify, Sleep, Reboot, Forget, Raw };
    }

    /// <summary>A command from the gateway. Which fields count depends on the command, see <see cref="CommandNames"/>.</summary>
    public sealed class CommandMessage
    {
        /// <summary><c>id</c>: echoed in the acknowledgement.</summary>
        public string Id = "";

        /// <summary><c>ts</c>: when it was sent, epoch ms.</summary>
        public long SentMs;

        /// <summary><c>ttl</c>: void this many ms after <see cref="SentMs"/>, if both clocks are set.</summary>
        public int TimeToLiveMs;

        /// <summary><c>sid</c>: the turn; empty when none.</summary>
        public string TurnId = "";

        /// <summary>True when <c>value</c> is there.</summary>
        public bool HasValue;

        /// <summary><c>value</c>: see the command.</summary>
        public int Value;

        /// <summary>True when <c>ms</c> is there.</summary>
        public bool HasDuration;

        /// <summary><c>ms</c>: see the command.</summary>
        public int DurationMs;

        /// <summary><c>word</c>: see the command; empty when none.</summary>
        public string Word = "";

        /// <summary>Writes the whole payload.</summary>
        public void Write(WireWriter writer)
        {
            writer.Begin();
            writer.Text("id", Id);
            writer.Number("ts", SentMs);
            writer.Number("ttl", TimeToLiveMs);
            if (TurnId.Length > 0)
            {
                writer.Text("sid", TurnId);
            }

            if (HasValue)
            {
                writer.Number("value", Value);
            }

            if (HasDuration)
            {
                writer.Number("ms", DurationMs);
            }

            if (Word.Length > 0)
            {
                writer.Text("word", Word);
            }

            writer.End();
        }

        /// <summary>Reads every field from a loaded payload.</summary>
        /// <exception cref="WireException">A field is missing or wrong.</exception>
        public void Read(WireReader reader)
        {
            Id = reader.Id("id");
            SentMs = reader.Long("ts", 0, 100000000000000);
            TimeToLiveMs = reader.Int("ttl", 0, 86400000);
            TurnId = reader.Has("sid") ? reader.Id("sid") : "";
            HasValue = reader.TryInt("value", 0, 1000000, out Value);
            HasDuration = reader.TryInt("ms", 0, 86400000, out DurationMs);
            Word = reader.TextOr("word", 32, "");
        }
    }
}
