namespace Wearable.Contract
{
    /// <summary>The settings that travel in <c>cfg/desired</c> and <c>cfg/reported</c>. The table of defaults and ranges is the firmware's.</summary>
    public sealed class ConfigMessage
    {
        /// <summary>Most settings in one message.</summary>
        public const int MaxSettings = 32;

        /// <summary><c>v</c>: version of the wish; reported back when applied.</summary>
        public int Version;

        /// <summary>Names of the settings: lower case with underscores and a unit last.</summary>
        public readonly string[] Names = new string[MaxSettings];

        /// <summary>Their values: whole numbers.</summary>
        public readonly int[] Values = new int[MaxSettings];

        /// <summary>How many.</summary>
        public int Count;

        /// <summary><c>refused</c>: comma list of names that are not known or out of range; only reported.</summary>
        public string Refused = "";

        /// <summary>Adds a setting.</summary>
        public void Add(string name, int value)
        {
            Names[Count] = name;
            Values[Count] = value;
            Count++;
        }

        /// <summary>Writes the whole payload.</summary>
        public void Write(WireWriter writer)
        {
            writer.Begin();
            writer.Number("v", Version);
            for (int i = 0; i < Count; i++)
            {
                writer.Number(Names[i], Values[i]);
            }

            if (Refused.Length > 0)
            {
                writer.Text("refused", Refused);
            }

            writer.End();
        }

        /// <summary>Reads every field from a loaded payload. Settings are whole numbers; anything else is refused by name.</summary>
        /// <exception cref="WireException">A field is missing or wrong.</exception>
        public void Read(WireReader reader)
        {
            Version = reader.Int("v", 0, int.MaxValue);
            Refused = reader.TextOr("refused", 500, "");
            Count = 0;
            for (int i = 0; i < reader.FieldCount; i++)
            {
                string name = reader.FieldName(i);
                if (name == "v" || name == "refused")
                {
                    continue;
                }

                if (Count == MaxSettings)
                {
                    throw reader.Refuse(name, "at most 32 settings expected, got more");
                }

                Add(name, reader.Int(name, int.MinValue, int.MaxValue));
            }
        }
    }
}
