namespace Wearable.Firmware.Voice
{
    /// <summary>A detector for boards without voice: knows no word, hears nothing, holds no memory.</summary>
    public sealed class NoWakeWord : IWakeWordDetector
    {
        private readonly string[] _words = new string[0];
        private readonly WakeDetection _detection = new WakeDetection();

        /// <inheritdoc/>
        public string[] Words
        {
            get { return _words; }
        }

        /// <inheritdoc/>
        public WakeDetection Detection
        {
            get { return _detection; }
        }

        /// <inheritdoc/>
        public WakeDetection NearMiss
        {
            get { return _detection; }
        }

        /// <inheritdoc/>
        public bool TakeNearMiss()
        {
            return false;
        }

        /// <inheritdoc/>
        public bool GateOpen
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public string ModelVersion
        {
            get { return "none"; }
        }

        /// <inheritdoc/>
        public bool Hear(HopRing sound)
        {
            return false;
        }

        /// <inheritdoc/>
        public bool SetThreshold(string word, int threshold)
        {
            return false;
        }

        /// <inheritdoc/>
        public int GetThreshold(int wordIndex)
        {
            throw new System.ArgumentException("threshold: this board knows no wake word");
        }

        /// <inheritdoc/>
        public void NeedMore(int points)
        {
        }

        /// <inheritdoc/>
        public void Reset()
        {
        }
    }
}
