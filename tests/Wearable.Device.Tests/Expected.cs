namespace Wearable.DeviceTests
{
    /// <summary>
    /// The numbers that the PC and the chip must agree on. They change only with a deliberate change of the signal path or, where said, of
    /// the shipped wake model: then the failing test on the PC names the new number, and the run on the interpreter confirms it.
    /// </summary>
    internal static class Expected
    {
        /// <summary>IMA ADPCM, 20 hops: checksum of the code and of the sound decoded from it.</summary>
        public const int AdpcmCode = -64172495, AdpcmSound = 1498845759;

        /// <summary>Power of 20 spectra.</summary>
        public const int SpectrumPower = 594258627;

        /// <summary>100 rows of features.</summary>
        public const int Features = -933676233;

        /// <summary>Raw scores of the generated network over 100 rows.</summary>
        public const int GeneratedLogits = -2085413537;

        /// <summary>Scores of the generated network behind the detector.</summary>
        public const int GeneratedScores = 1258038833;

        /// <summary>Scores of the shipped model on the same sound; changes with every training.</summary>
        public const int ShippedScores = -640413006;

        /// <summary>Pulse wave and beat times of 20 s at 75 beats a minute.</summary>
        public const int PulseWave = 1359267197, BeatTimes = -2104184303;

        /// <summary>Pulse wave over a step of the LED.</summary>
        public const int SteppedWave = 764323187;

        /// <summary>One row of features while it buzzes, low to high.</summary>
        public static readonly int[] BuzzRow = { 96, 95, 95, 98, 103, 102, 103, 100, 85, 81, 86, 76, 65, 67, 62, 67 };

        /// <summary>60 beats a minute: mean interval, period (1/256 of 40 ms), strength in thousandths, quality.</summary>
        public static readonly int[] GateNumbers = { 6402, 6400, 948, 100 };

        /// <summary>75 beats a minute through the sensor: rate x 10, quality, perfusion.</summary>
        public static readonly int[] MonitorNumbers = { 750, 100, 617 };
    }
}
