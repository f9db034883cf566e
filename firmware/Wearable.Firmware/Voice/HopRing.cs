using System;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// The last moments of raw sound, kept once for all who look back: the detector when its gate opens, and the sender, so that the word that
    /// woke the device reaches the gateway too. One array, native copies only: storing a hop costs about 40 IL.
    /// </summary>
    public sealed class HopRing
    {
        private readonly byte[] _sound;
        private readonly int _capacity;
        private int _next;
        private int _count;

        /// <summary>Makes a ring.</summary>
        /// <param name="capacity">Hops of 20 ms it keeps, at least 1; 1,280 bytes each.</param>
        public HopRing(int capacity)
        {
            if (capacity < 1)
            {
                throw new ArgumentException("hop ring: at least 1 hop expected, got " + capacity.ToString());
            }

            _capacity = capacity;
            _sound = new byte[capacity * RawSound.HopBytes];
        }

        /// <summary>Hops kept now.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>The array that holds all hops; <see cref="Begin"/> tells where in it. Only to be read.</summary>
        public byte[] Sound
        {
            get { return _sound; }
        }

        /// <summary>Where in <see cref="Sound"/> a hop's <see cref="RawSound.HopBytes"/> bytes begin.</summary>
        /// <param name="hopsAgo">0 the newest, <see cref="Count"/> - 1 the oldest.</param>
        /// <exception cref="ArgumentException">So old a hop is not kept.</exception>
        public int Begin(int hopsAgo)
        {
            if (hopsAgo < 0 || hopsAgo >= _count)
            {
                throw new ArgumentException("hop ring: 0 to " + (_count - 1).ToString() + " hops ago expected, got " + hopsAgo.ToString());
            }

            int at = _next - 1 - hopsAgo;
            return (at < 0 ? at + _capacity : at) * RawSound.HopBytes;
        }

        /// <summary>Keeps one hop; the oldest goes when the ring is full.</summary>
        public void Push(byte[] hop)
        {
            Array.Copy(hop, 0, _sound, _next * RawSound.HopBytes, RawSound.HopBytes);
            _next = _next + 1 == _capacity ? 0 : _next + 1;
            if (_count < _capacity)
            {
                _count++;
            }
        }

        /// <summary>Copies one hop out.</summary>
        /// <param name="hopsAgo">0 the newest, <see cref="Count"/> - 1 the oldest.</param>
        /// <param name="hop">Receives <see cref="RawSound.HopBytes"/> bytes.</param>
        public void Copy(int hopsAgo, byte[] hop)
        {
            Array.Copy(_sound, Begin(hopsAgo), hop, 0, RawSound.HopBytes);
        }

        /// <summary>Forgets all sound.</summary>
        public void Clear()
        {
            _count = 0;
            _next = 0;
        }
    }
}
