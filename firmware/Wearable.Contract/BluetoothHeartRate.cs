using System;

namespace Wearable.Contract
{
    /// <summary>
    /// The value of the Bluetooth characteristic Heart Rate Measurement (0x2A37, Heart Rate Service 1.0): what chest straps send and every sports
    /// watch reads. It stands beside the wire messages, in integers that the chip has, since a wearable with a radio link sends it itself; no
    /// board does so yet.
    /// </summary>
    public static class BluetoothHeartRate
    {
        /// <summary>Most bytes of one value: what is left of the smallest packet (23 bytes) behind its header.</summary>
        public const int MaxBytes = 20;

        /// <summary>Most intervals of one value, beside a rate of 8 bits; one fewer beside one of 16.</summary>
        public const int MaxIntervals = 9;

        private const int WideRate = 1, ContactKnown = 4, ContactFound = 2, HasIntervals = 16;

        /// <summary>Writes one value.</summary>
        /// <param name="rateBpm">Beats per minute, 0 to 65535; 0 when there is none to believe.</param>
        /// <param name="contact">True when the sensor touches a body. That contact is known is always said.</param>
        /// <param name="intervalsMs">Inter-beat intervals, oldest first, 1 to 60000 ms each.</param>
        /// <param name="count">How many of them count: at most <see cref="MaxIntervals"/>, 8 beside a rate above 255.</param>
        /// <param name="target">Receives the value, <see cref="MaxBytes"/> or longer.</param>
        /// <returns>Bytes written.</returns>
        /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
        public static int Write(int rateBpm, bool contact, int[] intervalsMs, int count, byte[] target)
        {
            bool wide = rateBpm > 255;
            int most = wide ? MaxIntervals - 1 : MaxIntervals;
            if (rateBpm < 0 || rateBpm > 65535)
            {
                throw new ArgumentException("rate: 0 to 65535 bpm expected, got " + rateBpm.ToString());
            }

            if (count < 0 || count > most || count > intervalsMs.Length)
            {
                throw new ArgumentException("intervals: at most " + most.ToString() + " expected, got " + count.ToString());
            }

            if (target.Length < MaxBytes)
            {
                throw new ArgumentException("target: 20 bytes expected, got " + target.Length.ToString());
            }

            target[0] = (byte)((wide ? WideRate : 0) | ContactKnown | (contact ? ContactFound : 0) | (count > 0 ? HasIntervals : 0));
            target[1] = (byte)rateBpm;
            int at = 2;
            if (wide)
            {
                target[2] = (byte)(rateBpm >> 8);
                at = 3;
            }

            for (int i = 0; i < count; i++)
            {
                int intervalMs = intervalsMs[i];
                if (intervalMs < 1 || intervalMs > 60000)
                {
                    throw new ArgumentException("interval: 1 to 60000 ms expected, got " + intervalMs.ToString());
                }

                // In 1/1024 s, to the nearest: 60000 ms are 61440.
                int units = (intervalMs * 1024 + 500) / 1000;
                target[at] = (byte)units;
                target[at + 1] = (byte)(units >> 8);
                at += 2;
            }

            return at;
        }
    }
}
