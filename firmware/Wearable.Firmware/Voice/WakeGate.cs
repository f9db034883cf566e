using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Tells whether there is sound worth looking at, from every eighth frame of a hop (40 samples of 320).
    /// Estimate: 1.1 k IL a hop, 55 k IL/s.
    /// </summary>
    public sealed class WakeGate
    {
        /// <summary>Frames skipped from one look to the next.</summary>
        public const int FrameStep = 8;

        /// <summary>Hops it stays open after the last loud one: 800 ms.</summary>
        public const int HangHops = 40;

        /// <summary>Full scale in the unit of <see cref="Level"/>.</summary>
        public const int FullScaleLevel = 325;

        // 16 units are 6 dB. A hop of steady noise strays about 1 dB, so 5 dB above the floor is seldom chance; one loud hop
        // alone (a click) does not open. Word parts that are still softer lie within the past the detector keeps.
        private const int OpenAbove = 13;
        private const int LoudWindowMask = 7;

        // About -80 dB of full scale: softer sound is not worth a look, however silent the room.
        private const int SmallestLevel = 112;

        private const int FloorBits = 6;
        private const int Step = FrameStep * RawSound.FrameBytes;

        private int _floor;
        private int _dc;
        private int _loud;
        private int _hang;
        private bool _hasFloor;

        /// <summary>log2 of the last hop's mean magnitude in sixteenths: <see cref="FullScaleLevel"/> is full scale, 16 are 6 dB.</summary>
        public int Level { get; private set; }

        /// <summary>The background's level, same unit.</summary>
        public int FloorLevel
        {
            get { return _floor >> FloorBits; }
        }

        /// <summary>True from the second loud hop until <see cref="HangHops"/> after the last.</summary>
        public bool IsOpen
        {
            get { return _hang > 0; }
        }

        /// <summary>Closes; the floor is kept, the room has not changed.</summary>
        public void Reset()
        {
            _hang = 0;
            _loud = 0;
        }

        /// <summary>Looks at one hop.</summary>
        /// <param name="sound">Raw bytes.</param>
        /// <param name="begin">Where the hop's HopBytes begin.</param>
        public void Look(byte[] sound, int begin)
        {
            int dc = _dc;
            int sum = 0;
            int size = 0;
            int end = begin + RawSound.HopBytes;
            for (int o = begin + RawSound.VoiceOffset; o < end; o += 4 * Step)
            {
                int a = sound[o] | ((sbyte)sound[o + 1] << 8);
                int b = sound[o + Step] | ((sbyte)sound[o + Step + 1] << 8);
                int c = sound[o + 2 * Step] | ((sbyte)sound[o + 2 * Step + 1] << 8);
                int d = sound[o + 3 * Step] | ((sbyte)sound[o + 3 * Step + 1] << 8);
                sum += a + b + c + d;
                size += (a > dc ? a - dc : dc - a) + (b > dc ? b - dc : dc - b)
                    + (c > dc ? c - dc : dc - c) + (d > dc ? d - dc : dc - d);
            }

            // Forty samples a hop; a microphone's constant offset is learned over about 16 hops.
            _dc = dc + ((sum / 40 - dc) >> 4);
            int level = IntegerLog.Sixteenths(size);
            Level = level;

            int fine = level << FloorBits;
            int above = fine - _floor;
            if (!_hasFloor)
            {
                _floor = fine;
                _hasFloor = true;
                above = 0;
            }
            else
            {
                _floor += above < 0 ? above >> 3 : (above >> 9) + 2;
            }

            _loud = (_loud << 1) & LoudWindowMask;
            if (above > OpenAbove << FloorBits && level > SmallestLevel)
            {
                _loud |= 1;
                if (_hang > 0 || (_loud & (_loud - 1)) != 0)
                {
                    _hang = HangHops;
                    return;
                }
            }

            if (_hang > 0)
            {
                _hang--;
            }
        }
    }
}
