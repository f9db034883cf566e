namespace Wearable.Contract
{
    /// <summary>A wake word (<c>evt/wake</c>) or a word that is a command in itself (<c>evt/keyword</c>) was heard on the device.</summary>
    public sealed class WakeMessage : DeviceMessage
    {
        /// <summary><c>sid</c>: id of the turn this opens.</summary>
        public string TurnId = "";

        /// <summary><c>word</c>.</summary>
        public string Word = "";

        /// <summary><c>score</c> 0-100; 100 with the word <c>button</c> when a press opened the turn.</summary>
        public int Score;

        /// <summary><c>thr</c>: threshold it passed, 0-100.</summary>
        public int Threshold;

        /// <summary><c>db</c>: loudness of the word, dB below full scale, -96 to 0.</summary>
        public int LevelDb;

        /// <summary><c>pre</c>: sound before this moment that the device will send first, ms.</summary>
        public int PreRollMs;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("sid", TurnId);
            writer.Text("word", Word);
            writer.Number("score", Score);
            writer.Number("thr", Threshold);
            writer.Number("db", LevelDb);
            writer.Number("pre", PreRollMs);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            TurnId = reader.Id("sid");
            Word = reader.Text("word", 32);
            Score = reader.Int("score", 0, 100);
            Threshold = reader.Int("thr", 0, 100);
            LevelDb = reader.Int("db", -96, 0);
            PreRollMs = reader.Int("pre", 0, 10000);
        }
    }
}
