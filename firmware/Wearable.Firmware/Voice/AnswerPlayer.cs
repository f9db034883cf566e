using System;
using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Plays the gateway's sound through a jitter buffer: starts at 120 ms or at the last packet, fills gaps with silence and counts them,
    /// and is finished only when the speaker says that the last sample was played. That, and no timer, opens the ears again.
    /// </summary>
    public sealed class AnswerPlayer
    {
        /// <summary>Sound held before playing starts, ms.</summary>
        public const int StartMs = 120;

        /// <summary>Sound the buffer holds, ms; the gateway keeps at most 900 ms ahead. More is dropped and counted.</summary>
        public const int CapacityMs = 1200;

        private const int BytesPerMs = AudioFormat.SampleRateHz * AudioFormat.SampleBytes / 1000;
        private const int MaxGapPackets = 8; // a longer gap is a new stream or a broken one: half a second of silence at most

        private readonly ISpeaker _speaker;
        private readonly byte[] _buffer;
        private readonly byte[] _pcm = new byte[AudioFormat.PacketSamples * AudioFormat.SampleBytes];
        private int _gain = Loudness.Unchanged;
        private int _read;
        private int _held;
        private int _nextSequence;
        private bool _lastSeen;
        private bool _started;
        private bool _dry;

        /// <summary>Makes a player.</summary>
        /// <param name="speaker">Where sound goes.</param>
        /// <param name="capacityMs">Sound it can hold: <see cref="CapacityMs"/>, or less on a board that plays nothing.</param>
        public AnswerPlayer(ISpeaker speaker, int capacityMs)
        {
            _speaker = speaker;
            _buffer = new byte[capacityMs * BytesPerMs];
        }

        /// <summary>True from the first packet until everything was played or dropped.</summary>
        public bool IsActive { get; private set; }

        /// <summary>True once sound goes to the speaker.</summary>
        public bool IsPlaying
        {
            get { return _started; }
        }

        /// <summary>Uptime of the last packet, ms.</summary>
        public long LastPacketMs { get; private set; }

        /// <summary>Packets since boot that never came and were played as silence.</summary>
        public int MissingPackets { get; private set; }

        /// <summary>Times since boot the speaker ran dry before the last packet.</summary>
        public int Starvations { get; private set; }

        /// <summary>Packets since boot dropped because the buffer was full, or because they came late or twice.</summary>
        public int DroppedPackets { get; private set; }

        /// <summary>True while the stream is not complete: the device gives up when nothing comes for too long.</summary>
        public bool AwaitsMore
        {
            get { return IsActive && !_lastSeen; }
        }

        /// <summary>Sets the volume; heard once the sound already here was played.</summary>
        /// <param name="percent">0-100.</param>
        public void SetVolume(int percent)
        {
            _gain = Loudness.Gain(percent);
        }

        /// <summary>Takes one packet.</summary>
        /// <param name="packet">Bytes; checked here.</param>
        /// <param name="length">How many.</param>
        /// <param name="nowMs">Uptime.</param>
        /// <exception cref="WireException">Not a packet of this version.</exception>
        public void Accept(byte[] packet, int length, long nowMs)
        {
            AudioPacket.Check(packet, length);
            int flags = AudioPacket.Flags(packet);
            int sequence = AudioPacket.Sequence(packet);
            if ((flags & AudioPacket.First) != 0)
            {
                Reset();
                IsActive = true;
                _nextSequence = sequence;
            }
            else if (!IsActive || _lastSeen)
            {
                DroppedPackets++; // the tail of an answer that was stopped
                return;
            }

            int ahead = (sequence - _nextSequence) & 0xFFFF;
            if (ahead >= 0x8000)
            {
                DroppedPackets++;
                return;
            }

            LastPacketMs = nowMs;
            MissingPackets += ahead;
            if (ahead > 0)
            {
                Silence(ahead > MaxGapPackets ? MaxGapPackets : ahead);
            }

            _nextSequence = (sequence + 1) & 0xFFFF;
            int payload = length - AudioPacket.HeaderBytes;
            if (payload > 0)
            {
                if (AudioPacket.Codec(packet) == AudioCodec.ImaAdpcmAt16k)
                {
                    int bytes = ImaAdpcm.Decode(packet, AudioPacket.HeaderBytes, payload, _pcm, 0, _gain);
                    Store(_pcm, 0, bytes);
                }
                else if (_gain == Loudness.Unchanged)
                {
                    Store(packet, AudioPacket.HeaderBytes, payload);
                }
                else
                {
                    Loudness.Scale(packet, AudioPacket.HeaderBytes, payload, _gain, _pcm);
                    Store(_pcm, 0, payload);
                }
            }

            _lastSeen = (flags & AudioPacket.Last) != 0;
        }

        /// <summary>Feeds the speaker. True when the answer was just played to its end.</summary>
        public bool Step()
        {
            if (!IsActive)
            {
                return false;
            }

            if (!_started)
            {
                if (_held < StartMs * BytesPerMs && !_lastSeen)
                {
                    return false;
                }

                _started = true;
            }

            Feed();
            if (_held > 0 || _speaker.IsPlaying)
            {
                _dry = _dry && _held == 0;
                return false;
            }

            if (!_lastSeen)
            {
                if (!_dry)
                {
                    _dry = true;
                    Starvations++;
                }

                return false;
            }

            Reset();
            return true;
        }

        /// <summary>Stops at once: what is held and what the speaker still has is dropped.</summary>
        public void Stop()
        {
            if (IsActive)
            {
                _speaker.Flush();
                Reset();
            }
        }

        private void Reset()
        {
            IsActive = false;
            _read = 0;
            _held = 0;
            _lastSeen = false;
            _started = false;
            _dry = false;
        }

        private void Feed()
        {
            int room = _speaker.WritableBytes & ~1;
            while (room > 0 && _held > 0)
            {
                int part = _held < room ? _held : room;
                if (part > _buffer.Length - _read)
                {
                    part = _buffer.Length - _read;
                }

                _speaker.Write(_buffer, _read, part);
                _read += part;
                if (_read == _buffer.Length)
                {
                    _read = 0;
                }

                _held -= part;
                room -= part;
            }
        }

        private void Silence(int packets)
        {
            Array.Clear(_pcm, 0, _pcm.Length);
            for (int i = 0; i < packets; i++)
            {
                Store(_pcm, 0, _pcm.Length);
            }
        }

        private void Store(byte[] from, int offset, int count)
        {
            if (count > _buffer.Length - _held)
            {
                DroppedPackets++;
                return;
            }

            int write = _read + _held;
            if (write >= _buffer.Length)
            {
                write -= _buffer.Length;
            }

            int first = _buffer.Length - write;
            if (first > count)
            {
                first = count;
            }

            Array.Copy(from, offset, _buffer, write, first);
            if (first < count)
            {
                Array.Copy(from, offset + first, _buffer, 0, count - first);
            }

            _held += count;
        }
    }
}
