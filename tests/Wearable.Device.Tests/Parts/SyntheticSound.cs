using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.DeviceTests
{
    /// <summary>
    /// Sound out of an integer generator, the same on every machine: hiss of a chosen loudness, and on top of it, if wanted, a buzz with
    /// many harmonics (a sawtooth whose pitch slides), so that all bands move.
    /// </summary>
    internal sealed class SyntheticSound
    {
        private readonly byte[] _hop = new byte[RawSound.HopBytes];
        private int _seed;
        private int _phase;
        private int _step;

        /// <summary>Begins at a seed.</summary>
        public SyntheticSound(int seed)
        {
            _seed = seed;
        }

        /// <summary>The next random number, 0 to 32767.</summary>
        public int Next()
        {
            _seed = _seed * 1103515245 + 12345;
            return (_seed >> 16) & 0x7FFF;
        }

        /// <summary>A random number from -amplitude to amplitude.</summary>
        public int Around(int amplitude)
        {
            return ((Next() - 16384) * amplitude) >> 14;
        }

        /// <summary>The next hop as the microphone would give it; the same array each time.</summary>
        /// <param name="hiss">Amplitude of the noise, 0 to 32767.</param>
        /// <param name="buzz">Amplitude of the buzz, 0 for none.</param>
        public byte[] Hop(int hiss, int buzz)
        {
            byte[] hop = _hop;
            for (int i = 0; i < AudioFormat.HopSamples; i++)
            {
                int sample = Around(hiss);
                if (buzz > 0)
                {
                    _step = (_step + 1) & 0x3FFF;
                    _phase = (_phase + 500 + (_step >> 4)) & 0xFFFF;
                    sample += ((_phase - 32768) * buzz) >> 15;
                }

                sample = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
                int at = i * RawSound.FrameBytes;
                hop[at] = 0x55;
                hop[at + 1] = 0xAA;
                hop[at + RawSound.VoiceOffset] = (byte)sample;
                hop[at + RawSound.VoiceOffset + 1] = (byte)(sample >> 8);
            }

            return hop;
        }
    }
}
