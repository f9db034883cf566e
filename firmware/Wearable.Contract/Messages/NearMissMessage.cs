namespace Wearable.Contract
{
    /// <summary>Something that was almost a wake word: nothing was streamed and nobody is answered; for tuning the threshold (<c>evt/near</c>).</summary>
    public sealed class NearMissMessage : DeviceMessage
    {
        /// <summary><c>word</c>.</summary>
        public string Word = "";

        /// <summary><c>score</c>: the highest it reached, 0-100, below the threshold.</summary>
        public int Score;

        /// <summary><c>thr</c>: threshold it did not reach, 1-100.</summary>
        public int Threshold;

        /// <summary><c>db</c>: loudness around it, dB below full scale, -96 to 0.</summary>
        public int LevelDb;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("word", Word);
            writer.Number("score", Score);
            writer.Number("thr", Threshold);
            writer.Number("db", LevelDb);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            Word = reader.Text("word", 32);
            Score = reader.Int("score", 0, 100);
            Threshold = reader.Int("thr", 1, 100);
            LevelDb = reader.Int("db", -96, 0);
        }
    }
}
