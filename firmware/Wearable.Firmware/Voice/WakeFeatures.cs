using System;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// One row of features from one hop: 16 log bands from 125 Hz to 4 kHz of an 8 ms frame at 8 kHz, each above its own slow floor,
    /// and no more than 40 dB below the loudest of the last seconds: so a word sounds alike in a silent studio and in a room. Each band's
    /// power is the mean of this row's and the last one's: the power of noise in a single frame jumps by 20 dB, and a floor below such jumps is too low
    /// (missed in 10 dB noise at one false alarm an hour: 64 % without the mean, 34 % with it; clean 26 and 19 %; same training, 5 folds).
    /// A short frame seen every 20 ms is cheaper and was measured better than a long one (8 ms: 6.2 % missed at one false alarm
    /// an hour, 32 ms: 13.5 %).
    /// </summary>
    public sealed class WakeFeatures
    {
        /// <summary>Bands of a row, low to high.</summary>
        public const int Bands = 16;

        /// <summary>Raw bytes a row is made from: 128 frames of 16 kHz sound, 8 ms.</summary>
        public const int RawBytes = Spectrum.Samples * 2 * RawSound.FrameBytes;

        /// <summary>Smallest and largest feature; 8 units are 3 dB above the floor.</summary>
        public const int Smallest = -24, Largest = 127;

        // Logs are log2(power) in 1/16; floors are kept 64 times finer.
        private const int LogUnit = 16, FloorBits = 6;

        // Logs this far apart: the lesser adds less than half a sixteenth to the mean.
        private const int Apart = 89;

        // About -90 dB of full scale in one band: below the noise of any microphone, so digital silence has a floor too.
        private const int SmallestLog = 32 * LogUnit;

        // How far below the loudest band's recent peak the floor may lie: 40 dB. The peak falls by 10 dB a second.
        private const int DepthLog = 213 << FloorBits, PeakFall = 68;

        // What a band is raised by before it is compared with the peak: speech falls off like this, in sixteenths of log2 (16 are 3 dB).
        private static readonly short[] Tilt = { 0, 0, 21, 43, 64, 80, 80, 80, 80, 80, 80, 80, 80, 85, 96, 117 };

        // First frequency of each band and, last, the end: 125 Hz steps up to 1 kHz, then wider.
        private static readonly sbyte[] Edges = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 18, 21, 24, 28, 32 };

        // What to add to the larger of two logs for the log of their powers' mean, by their difference, in sixteenths; farther apart: a half.
        private static readonly sbyte[] MeanLog =
        {
            0, 0, -1, -1, -2, -2, -3, -3, -4, -4, -4, -5, -5, -6, -6, -6, -7, -7, -7, -8, -8, -8, -8, -9,
            -9, -9, -10, -10, -10, -10, -10, -11, -11, -11, -11, -11, -12, -12, -12, -12, -12, -12, -13, -13, -13, -13, -13, -13,
            -13, -13, -13, -14, -14, -14, -14, -14, -14, -14, -14, -14, -14, -14, -14, -15, -15, -15, -15, -15, -15, -15, -15, -15,
            -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -15, -16,
        };

        // Hann window in Q11.
        private static readonly short[] Hann =
        {
            1, 11, 31, 60, 98, 146, 201, 265, 336, 414, 497, 586, 679, 775, 873, 973,
            1074, 1174, 1272, 1368, 1461, 1550, 1633, 1711, 1782, 1846, 1901, 1949, 1987, 2016, 2036, 2046,
            2046, 2036, 2016, 1987, 1949, 1901, 1846, 1782, 1711, 1633, 1550, 1461, 1368, 1272, 1174, 1074,
            973, 873, 775, 679, 586, 497, 414, 336, 265, 201, 146, 98, 60, 31, 11, 1,
        };

        private readonly Spectrum _spectrum = new Spectrum();
        private readonly int[] _samples = new int[Spectrum.Samples];
        private readonly int[] _power = new int[Spectrum.Points];
        private readonly int[] _floor = new int[Bands];
        private readonly int[] _log = new int[Bands];
        private readonly int[] _lastLog = new int[Bands];
        private int _peak;
        private bool _hasFloor;

        /// <summary>Forgets the floors.</summary>
        public void Reset()
        {
            _hasFloor = false;
            _peak = 0;
        }

        /// <summary>Makes one row and lets the floors follow.</summary>
        /// <param name="raw">Raw stereo bytes.</param>
        /// <param name="offset">Where the row's <see cref="RawBytes"/> begin.</param>
        /// <param name="hopsSince">Hops since the last row: the floors rise that much further (1 and more; at most 64 counts).</param>
        /// <param name="row">Receives Bands features. Not kept.</param>
        public void Extract(byte[] raw, int offset, int hopsSince, int[] row)
        {
            int bits = Gather(raw, offset);
            Window(bits);
            _spectrum.Transform(_power);
            Follow(2 * LogUnit * (bits - 1), hopsSince > 64 ? 64 : hopsSince, row);
        }

        // Weighs three 16 kHz samples 1, 2, 1 into one at 8 kHz: hiss at 7 kHz, which would fold to 1 kHz, loses 28 dB (a plain sum
        // of two: 14 dB). Returns how many bits the largest needs.
        private int Gather(byte[] raw, int offset)
        {
            int[] samples = _samples;
            int peak = 0;
            int o = offset + RawSound.VoiceOffset;
            int before = raw[o] | ((sbyte)raw[o + 1] << 8);
            for (int i = 0; i < Spectrum.Samples; i += 2)
            {
                int between = raw[o + 4] | ((sbyte)raw[o + 5] << 8);
                int s = before + ((raw[o] | ((sbyte)raw[o + 1] << 8)) << 1) + between;
                samples[i] = s;
                peak |= s ^ (s >> 31);
                before = raw[o + 12] | ((sbyte)raw[o + 13] << 8);
                s = between + ((raw[o + 8] | ((sbyte)raw[o + 9] << 8)) << 1) + before;
                samples[i + 1] = s;
                peak |= s ^ (s >> 31);
                o += 16;
            }

            int bits = 0;
            if (peak >= 1 << 12)
            {
                bits = 12;
                peak >>= 12;
            }

            if (peak >= 1 << 6)
            {
                bits += 6;
                peak >>= 6;
            }

            while (peak != 0)
            {
                bits++;
                peak >>= 1;
            }

            return bits;
        }

        // The window and the scaling to 11 bits in one shift.
        private void Window(int bits)
        {
            int[] samples = _samples;
            int[] re = _spectrum.Re;
            int[] im = _spectrum.Im;
            short[] hann = Hann;
            sbyte[] place = Spectrum.Place;
            int i = 0;
            for (int n = 0; n < Spectrum.Points; n++)
            {
                int p = place[n];
                re[p] = (samples[i] * hann[i]) >> bits;
                im[p] = (samples[i + 1] * hann[i + 1]) >> bits;
                i += 2;
            }
        }

        private void Follow(int scaleLog, int hopsSince, int[] row)
        {
            Logs(scaleLog, hopsSince);
            int[] logs = _log;
            int[] floors = _floor;
            short[] tilt = Tilt;
            int least = _peak - DepthLog;
            for (int b = 0; b < Bands; b++)
            {
                int log = logs[b];
                int floor = _hasFloor ? floors[b] : log;
                int above = log - floor;
                if (above < 0)
                {
                    // Down within some frames, up about 1 dB/s plus a thousandth of the distance a frame: speech barely lifts it, a fan does in seconds.
                    floor += above >> 3;
                }
                else
                {
                    int rise = ((above >> 10) + 4) * hopsSince;
                    floor += rise < above ? rise : above;
                }

                floors[b] = floor;
                int lowest = least - (tilt[b] << FloorBits);
                int feature = (log - (floor > lowest ? floor : lowest)) >> (FloorBits + 1);
                if (feature < Smallest)
                {
                    feature = Smallest;
                }
                else if (feature > Largest)
                {
                    feature = Largest;
                }

                row[b] = feature;
            }

            _hasFloor = true;
        }

        // Logs of all bands, and the recent peak, which takes this row in at once.
        private void Logs(int scaleLog, int hopsSince)
        {
            int[] power = _power;
            int[] logs = _log;
            sbyte[] edges = Edges;
            short[] tilt = Tilt;
            int[] last = _lastLog;
            sbyte[] meanLog = MeanLog;
            int peak = _peak - PeakFall * hopsSince;
            int k = edges[0];
            for (int b = 0; b < Bands; b++)
            {
                int end = edges[b + 1];
                int sum = 0;
                while (k < end)
                {
                    sum += power[k++];
                }

                int log = IntegerLog.Sixteenths(sum) + scaleLog;
                if (log < SmallestLog)
                {
                    log = SmallestLog;
                }

                int before = _hasFloor ? last[b] : log;
                last[b] = log;
                int less = log - before;
                if (less < 0)
                {
                    log = before;
                    less = -less;
                }

                log += less < Apart ? meanLog[less] : -LogUnit;
                logs[b] = log << FloorBits;
                int raised = (log + tilt[b]) << FloorBits;
                if (raised > peak)
                {
                    peak = raised;
                }
            }

            _peak = peak;
        }
    }
}
