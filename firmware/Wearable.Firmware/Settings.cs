namespace Wearable.Firmware
{
    /// <summary>Every setting with its name on the wire, unit (last in the name), default and range: one table.</summary>
    public sealed class Settings
    {
        /// <summary>Indexes into the table.</summary>
        public const int UpCodec = 0, VolumePercent = 1, PreRollMs = 2, MaxSpeechMs = 3, MaxThinkMs = 4, HealthEveryMs = 5, ThresholdFirst = 6, ThresholdSecond = 7, BargeIn = 8, MotionStream = 9;

        /// <summary>Names on the wire.</summary>
        public static readonly string[] Names =
        {
            "up_codec",         // 0 PCM16 (cheapest for an interpreter: about 20 IL a sample), 30 IMA ADPCM (about 75 IL, a quarter of the bytes)
            "volume_percent",
            "preroll_ms",       // sound kept from before the wake; memory: 64 bytes a ms; takes effect at the next boot; below 240 the detector begins later too
            "max_speech_ms",    // the device's own limit when the gateway does not find the end of speech
            "max_think_ms",     // without an answer for this long the device listens for its word again
            "health_every_ms",
            "threshold_1",      // of the first wake word, 0-100; 0 keeps the model's own
            "threshold_2",
            "barge_in",         // 1: the wake word is listened for while speaking; without echo cancelling it may hear itself
            "motion_stream",    // 1: light and acceleration go to the gateway while the body moves, which finds the rate again, later and better
        };

        private static readonly int[] Defaults = { 0, 70, 1000, 15000, 20000, 30000, 0, 0, 0, 0 };
        private static readonly int[] Least = { 0, 0, 200, 2000, 3000, 1000, 0, 0, 0, 0 };
        private static readonly int[] Most = { 30, 100, 2000, 60000, 120000, 3600000, 100, 100, 1, 1 };

        private readonly int[] _values = new int[Names.Length];

        /// <summary>All defaults.</summary>
        public Settings()
        {
            for (int i = 0; i < _values.Length; i++)
            {
                _values[i] = Defaults[i];
            }
        }

        /// <summary>Version of the wish these came from; 0 before any.</summary>
        public int Version { get; set; }

        /// <summary>How many settings there are.</summary>
        public int Count
        {
            get { return _values.Length; }
        }

        /// <summary>One value.</summary>
        /// <param name="setting">One of the indexes above.</param>
        public int Get(int setting)
        {
            return _values[setting];
        }

        /// <summary>Sets one value by its name; false when there is no such setting or the value is out of range.</summary>
        public bool TrySet(string name, int value)
        {
            for (int i = 0; i < Names.Length; i++)
            {
                if (Names[i] == name)
                {
                    bool fits = value >= Least[i] && value <= Most[i] && (i != UpCodec || Wearable.Contract.AudioCodec.IsSupported(value));
                    if (fits)
                    {
                        _values[i] = value;
                    }

                    return fits;
                }
            }

            return false;
        }
    }
}
