namespace Wearable.DeviceTests
{
    /// <summary>Light through a finger at 50 Hz, in integers: a fast rise of blood, a slow fall with a second small wave, and breathing.</summary>
    internal sealed class SyntheticPulse
    {
        // One beat in 16 steps, thousandths of its height; the steps between are straight lines.
        private static readonly short[] Shape = { 0, 420, 880, 1000, 900, 720, 560, 470, 430, 450, 420, 330, 240, 160, 90, 30, 0 };

        private readonly int _mean;
        private readonly int _height;
        private readonly int _beatSamples;
        private int _at;
        private int _breath;

        /// <summary>Makes a pulse.</summary>
        /// <param name="mean">Mean light, counts.</param>
        /// <param name="height">How much a beat darkens it, counts.</param>
        /// <param name="beatSamples">Length of a beat in samples of 20 ms: 40 are 75 beats per minute.</param>
        public SyntheticPulse(int mean, int height, int beatSamples)
        {
            _mean = mean;
            _height = height;
            _beatSamples = beatSamples;
        }

        /// <summary>The next sample, 18-bit counts.</summary>
        public int Next()
        {
            int place = _at * 16 * 256 / _beatSamples;
            int step = place >> 8;
            int part = place & 255;
            int shape = Shape[step] + (((Shape[step + 1] - Shape[step]) * part) >> 8);
            _at = _at + 1 == _beatSamples ? 0 : _at + 1;
            _breath = (_breath + 1) % 200;
            int breath = _breath < 100 ? _breath : 200 - _breath;
            return _mean - _height * shape / 1000 + breath * 2;
        }
    }
}
