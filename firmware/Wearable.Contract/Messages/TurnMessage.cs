namespace Wearable.Contract
{
    /// <summary>The phases of a turn; each is a topic level under <c>turn/</c>.</summary>
    public static class TurnPhases
    {
        /// <summary>A wake arrived.</summary>
        public const string Wake = "wake";

        /// <summary>The gateway confirmed the wake word.</summary>
        public const string Verified = "verified";

        /// <summary>The gateway did not confirm it; nothing will be answered.</summary>
        public const string Rejected = "rejected";

        /// <summary>End of speech was found.</summary>
        public const string Speech = "speech";

        /// <summary>Speech became text.</summary>
        public const string Text = "text";

        /// <summary>The answer's first sentence is known.</summary>
        public const string Answer = "answer";

        /// <summary>The device started to play.</summary>
        public const string Audio = "audio";

        /// <summary>The device finished playing.</summary>
        public const string Done = "done";

        /// <summary>The turn ended early; <c>why</c> says where.</summary>
        public const string Failed = "failed";

        /// <summary>All of them, in order.</summary>
        public static readonly string[] All = { Wake, Verified, Rejected, Speech, Text, Answer, Audio, Done, Failed };
    }

    /// <summary>
    /// One step of a conversation turn, from the gateway. Stage times are whole ms counted from the true end of speech
    /// (the last voiced sound); a stage not reached is absent.
    /// </summary>
    public sealed class TurnMessage
    {
        /// <summary><c>sid</c>.</summary>
        public string TurnId = "";

        /// <summary><c>ts</c>: epoch ms at the gateway.</summary>
        public long TimestampMs;

        /// <summary>Names of the stage fields, in order: end of speech noticed, text, answer, first sound made, first sound played, all played.</summary>
        public static readonly string[] Stages = { "end_ms", "text_ms", "answer_ms", "speech_ms", "audio_ms", "done_ms" };

        /// <summary>Whether each stage was reached.</summary>
        public readonly bool[] Reached = new bool[6];

        /// <summary>Each stage's time since end of speech in ms; can be negative only for stages before it (never below -60000).</summary>
        public readonly int[] StageMs = new int[6];

        /// <summary><c>safety</c>: verdict code, <c>ok</c> or a rule's id; empty before there is one.</summary>
        public string Safety = "";

        /// <summary><c>why</c>: reason code of rejected and failed; else empty.</summary>
        public string Why = "";

        /// <summary><c>heard</c>: the words, only if the owner allowed it; else empty.</summary>
        public string Heard = "";

        /// <summary><c>answer</c>: the words, only if the owner allowed it; else empty.</summary>
        public string Answer = "";

        /// <summary>Writes the whole payload; heard words are cut at 100 and the answer at 120 characters, so that even escaped they stay within 1 KB.</summary>
        public void Write(WireWriter writer)
        {
            writer.Begin();
            writer.Text("sid", TurnId);
            writer.Number("ts", TimestampMs);
            for (int i = 0; i < Stages.Length; i++)
            {
                if (Reached[i])
                {
                    writer.Number(Stages[i], StageMs[i]);
                }
            }

            Optional(writer, "safety", Safety, 32);
            Optional(writer, "why", Why, 64);
            Optional(writer, "heard", Heard, 100);
            Optional(writer, "answer", Answer, 120);
            writer.End();
        }

        /// <summary>Reads every field from a loaded payload.</summary>
        /// <exception cref="WireException">A field is missing or wrong.</exception>
        public void Read(WireReader reader)
        {
            TurnId = reader.Id("sid");
            TimestampMs = reader.Long("ts", 0, 100000000000000);
            for (int i = 0; i < Stages.Length; i++)
            {
                Reached[i] = reader.TryInt(Stages[i], -60000, 3600000, out StageMs[i]);
            }

            Safety = reader.TextOr("safety", 32, "");
            Why = reader.TextOr("why", 64, "");
            Heard = reader.TextOr("heard", 100, "");
            Answer = reader.TextOr("answer", 120, "");
        }

        private static void Optional(WireWriter writer, string field, string value, int maxLength)
        {
            if (value.Length > 0)
            {
                writer.Text(field, value.Length > maxLength ? value.Substring(0, maxLength) : value);
            }
        }
    }
}
