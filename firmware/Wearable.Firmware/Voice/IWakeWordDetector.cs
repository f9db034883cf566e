namespace Wearable.Firmware.Voice
{
    /// <summary>One heard wake word. Reused: valid until the next call of Hear.</summary>
    public sealed class WakeDetection
    {
        /// <summary>The word, as in <see cref="IWakeWordDetector.Words"/>.</summary>
        public string Word;

        /// <summary>0-100.</summary>
        public int Score;

        /// <summary>The threshold it passed, 0-100.</summary>
        public int Threshold;

        /// <summary>Loudness of the word in dB below full scale: -96 to 0.</summary>
        public int LevelDb;

        /// <summary>How far back the word began, from the end of the hop that completed it, ms. The speech sent starts there.</summary>
        public int BeganMsAgo;
    }

    /// <summary>Hears wake words in raw sound, one hop at a time.</summary>
    public interface IWakeWordDetector
    {
        /// <summary>The words it knows, lower case ASCII.</summary>
        string[] Words { get; }

        /// <summary>Hears the newest hop of a ring. True when a word was just heard: <see cref="Detection"/> then holds it.</summary>
        /// <param name="sound">The same ring at every call, with one more hop each time; after <see cref="Reset"/> older hops are not looked at. Not changed.</param>
        bool Hear(HopRing sound);

        /// <summary>The last heard word.</summary>
        WakeDetection Detection { get; }

        /// <summary>True once after something that was almost a word; <see cref="NearMiss"/> then holds it.</summary>
        bool TakeNearMiss();

        /// <summary>The last near miss: word, score, threshold and loudness. Reused.</summary>
        WakeDetection NearMiss { get; }

        /// <summary>True while there is sound worth looking at.</summary>
        bool GateOpen { get; }

        /// <summary>Sets one word's threshold, 0-100; false when the word is not known.</summary>
        bool SetThreshold(string word, int threshold);

        /// <summary>One word's threshold, by its index in <see cref="Words"/>.</summary>
        int GetThreshold(int wordIndex);

        /// <summary>Asks for so many points more than each threshold, until told otherwise: while the device speaks it also hears itself.</summary>
        /// <param name="points">0 and more.</param>
        void NeedMore(int points);

        /// <summary>Version of the model, as in its card.</summary>
        string ModelVersion { get; }

        /// <summary>Forgets all sound so far (after speaking, after unmuting).</summary>
        void Reset();
    }
}
