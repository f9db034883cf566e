namespace Wearable.Contract
{
    /// <summary>What this wearable is; retained, once per boot.</summary>
    public sealed class InfoMessage : DeviceMessage
    {
        private readonly int[] _scratch = new int[8];

        /// <summary><c>fw</c>: firmware version.</summary>
        public string FirmwareVersion = "";

        /// <summary><c>contract</c>: version of this contract, <see cref="ContractVersion.Number"/>.</summary>
        public int ContractNumber = ContractVersion.Number;

        /// <summary><c>clr</c>: version of the runtime underneath.</summary>
        public string ClrVersion = "";

        /// <summary><c>board</c>: board name, as in hardware/; <c>simulator</c> for the simulator.</summary>
        public string Board = "";

        /// <summary><c>caps</c>: comma list out of mic, speaker, heart, motion, battery, button, light.</summary>
        public string Capabilities = "";

        /// <summary><c>codecs</c>: codec ids the device can play, best first.</summary>
        public int[] Codecs = new int[0];

        /// <summary><c>words</c>: comma list of wake words.</summary>
        public string Words = "";

        /// <summary><c>thr</c>: threshold of each wake word, 0-100, in the same order.</summary>
        public int[] Thresholds = new int[0];

        /// <summary><c>model</c>: version of the wake model.</summary>
        public string ModelVersion = "";

        /// <summary><c>note</c>: what the numbers are not.</summary>
        public const string Note = "not a medical device";

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("fw", FirmwareVersion);
            writer.Number("contract", ContractNumber);
            writer.Text("clr", ClrVersion);
            writer.Text("board", Board);
            writer.Text("caps", Capabilities);
            writer.Numbers("codecs", Codecs, Codecs.Length);
            writer.Text("words", Words);
            writer.Numbers("thr", Thresholds, Thresholds.Length);
            writer.Text("model", ModelVersion);
            writer.Text("note", Note);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            FirmwareVersion = reader.Text("fw", 32);
            ContractNumber = reader.Int("contract", 1, 1000);
            ClrVersion = reader.Text("clr", 64);
            Board = reader.Text("board", 64);
            Capabilities = reader.Text("caps", 128);
            Codecs = ReadList(reader, "codecs", 63);
            Words = reader.Text("words", 128);
            Thresholds = ReadList(reader, "thr", 100);
            ModelVersion = reader.Text("model", 64);
        }

        private int[] ReadList(WireReader reader, string field, int max)
        {
            int count = reader.Ints(field, _scratch, 0, max);
            int[] values = new int[count];
            System.Array.Copy(_scratch, 0, values, 0, count);
            return values;
        }
    }

    /// <summary>The version of topics and messages; the topic root carries its major part.</summary>
    public static class ContractVersion
    {
        /// <summary>Raised with every change a reader could notice.</summary>
        public const int Number = 1;
    }
}
