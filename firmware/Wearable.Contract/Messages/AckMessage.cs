namespace Wearable.Contract
{
    /// <summary>What became of a command.</summary>
    public sealed class AckMessage : DeviceMessage
    {
        /// <summary><c>id</c> of the command.</summary>
        public string CommandId = "";

        /// <summary><c>ok</c>.</summary>
        public bool Ok;

        /// <summary><c>code</c>: why not: unknown, expired, invalid, busy, failed; empty when ok.</summary>
        public string Code = "";

        /// <summary><c>text</c>: for people; empty when ok.</summary>
        public string Text = "";

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.Text("id", CommandId);
            writer.Flag("ok", Ok);
            if (!Ok)
            {
                writer.Text("code", Code);
                writer.Text("text", Text);
            }
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            CommandId = reader.Id("id");
            Ok = reader.Flag("ok");
            Code = reader.TextOr("code", 32, "");
            Text = reader.TextOr("text", 300, "");
        }
    }
}
