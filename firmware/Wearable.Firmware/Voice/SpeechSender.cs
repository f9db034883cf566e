using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Sends what the microphone hears as 60 ms packets: first the pre-roll out of the ring, a few hops a pass so that the loop stays short,
    /// then live. While the pre-roll goes out new hops wait in the same ring; nothing is skipped.
    /// </summary>
    public sealed class SpeechSender
    {
        // Catching up with the pre-roll: PCM costs little. ADPCM takes half of the chip at real time already, so it catches up at one and a half.
        private const int PcmHopsPerPass = 6, AdpcmHopsInTwoPasses = 3;

        private readonly IMessageLink _link;
        private readonly HopRing _ring;
        private readonly string _topic;
        private readonly byte[] _hop = new byte[RawSound.HopBytes];
        private readonly byte[] _packet = new byte[AudioPacket.MaxBytes];
        private readonly ImaAdpcm _adpcm = new ImaAdpcm();
        private int _codec;
        private int _length;
        private int _sequence;
        private int _waiting;
        private int _preRoll;
        private int _hopsInPacket;
        private int _packetsSent;
        private bool _packetIsPreRoll;
        private bool _odd;
        private long _firstHopMs;

        /// <summary>Makes a sender.</summary>
        /// <param name="link">Where packets go, QoS 0.</param>
        /// <param name="ring">Where hops wait; the device pushes every hop into it.</param>
        /// <param name="topic">Audio topic.</param>
        public SpeechSender(IMessageLink link, HopRing ring, string topic)
        {
            _link = link;
            _ring = ring;
            _topic = topic;
        }

        /// <summary>True between <see cref="Begin"/> and <see cref="End"/>.</summary>
        public bool IsSending { get; private set; }

        /// <summary>Sound sent since <see cref="Begin"/>, pre-roll included, ms.</summary>
        public int SentMs { get; private set; }

        /// <summary>Packets since boot that the link did not take; each is 60 ms of silence at the gateway.</summary>
        public int DroppedPackets { get; private set; }

        /// <summary>Starts a stream.</summary>
        /// <param name="codec">Codec id.</param>
        /// <param name="preRollHops">Hops already in the ring that go first.</param>
        /// <param name="nowMs">Uptime.</param>
        public void Begin(int codec, int preRollHops, long nowMs)
        {
            _codec = codec;
            _adpcm.Reset();
            _waiting = preRollHops < _ring.Count ? preRollHops : _ring.Count;
            _preRoll = _waiting;
            _firstHopMs = nowMs - _waiting * AudioFormat.HopMs;
            _sequence = 0;
            _packetsSent = 0;
            _hopsInPacket = 0;
            SentMs = 0;
            IsSending = true;
        }

        /// <summary>Tells that one more hop was pushed into the ring.</summary>
        public void OnHop()
        {
            if (_waiting < _ring.Count)
            {
                _waiting++;
            }
            else
            {
                DroppedPackets++; // the ring turned over the oldest waiting hop
            }
        }

        /// <summary>Sends what waits, a bounded part of it in one pass.</summary>
        public void Step()
        {
            _odd = !_odd;
            int budget = _codec != AudioCodec.ImaAdpcmAt16k ? PcmHopsPerPass : _odd ? AdpcmHopsInTwoPasses / 2 : AdpcmHopsInTwoPasses - AdpcmHopsInTwoPasses / 2;
            while (_waiting > 0 && budget > 0)
            {
                TakeHop();
                budget--;
                if (_hopsInPacket == AudioFormat.PacketHops)
                {
                    SendPacket(0);
                }
            }
        }

        /// <summary>Ends the stream: a packet with the last flag and what was left.</summary>
        public void End()
        {
            while (_waiting > 0 && _hopsInPacket < AudioFormat.PacketHops)
            {
                TakeHop();
            }

            SendPacket(AudioPacket.Last);
            _waiting = 0;
            IsSending = false;
        }

        private void TakeHop()
        {
            if (_hopsInPacket == 0)
            {
                BeginPacket();
            }

            _ring.Copy(_waiting - 1, _hop);
            _waiting--;
            if (_preRoll > 0)
            {
                _preRoll--;
            }

            if (_codec == AudioCodec.ImaAdpcmAt16k)
            {
                _length += _adpcm.Append(_hop, RawSound.VoiceOffset, RawSound.FrameBytes, AudioFormat.HopSamples, _packet, _length);
            }
            else
            {
                KeepVoice(_hop, _packet, _length);
                _length += AudioFormat.HopSamples * AudioFormat.SampleBytes;
            }

            _hopsInPacket++;
        }

        private void BeginPacket()
        {
            _packetIsPreRoll = _preRoll > 0;
            _length = AudioPacket.HeaderBytes;
            if (_codec == AudioCodec.ImaAdpcmAt16k)
            {
                _adpcm.WriteHeader(_packet, _length);
                _length += ImaAdpcm.HeaderBytes;
            }
        }

        // Two bytes of four are kept; two samples a turn of the loop.
        private static void KeepVoice(byte[] from, byte[] to, int at)
        {
            for (int i = RawSound.VoiceOffset; i < RawSound.HopBytes; i += 2 * RawSound.FrameBytes)
            {
                to[at] = from[i];
                to[at + 1] = from[i + 1];
                to[at + 2] = from[i + RawSound.FrameBytes];
                to[at + 3] = from[i + RawSound.FrameBytes + 1];
                at += 4;
            }
        }

        private void SendPacket(int flags)
        {
            if (_hopsInPacket == 0)
            {
                _length = AudioPacket.HeaderBytes;
            }

            if (_packetsSent == 0)
            {
                flags |= AudioPacket.First;
            }

            if (_packetIsPreRoll && _hopsInPacket > 0)
            {
                flags |= AudioPacket.PreRoll;
            }

            AudioPacket.WriteHeader(_packet, _codec, flags, _sequence, _firstHopMs + SentMs);
            if (!_link.TryPublish(_topic, _packet, _length, 0, false, 0))
            {
                DroppedPackets++;
            }

            _sequence = (_sequence + 1) & 0xFFFF;
            _packetsSent++;
            SentMs += _hopsInPacket * AudioFormat.HopMs;
            _hopsInPacket = 0;
        }
    }
}
