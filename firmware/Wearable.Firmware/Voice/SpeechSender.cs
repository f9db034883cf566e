using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Sends what the microphone hears as 60 ms packets: first the pre-roll out of the ring, two packets a pass so that the loop stays short,
    /// then live. While the pre-roll goes out new hops wait in the same ring; nothing is skipped.
    /// </summary>
    public sealed class SpeechSender
    {
        private const int PacketsPerPass = 2;

        private readonly IMessageLink _link;
        private readonly HopRing _ring;
        private readonly string _topic;
        private readonly byte[] _hop = new byte[RawSound.HopBytes];
        private readonly byte[] _mono = new byte[AudioFormat.PacketSamples * AudioFormat.SampleBytes];
        private readonly byte[] _packet = new byte[AudioPacket.MaxBytes];
        private readonly ImaAdpcm _adpcm = new ImaAdpcm();
        private int _codec;
        private int _sequence;
        private int _waiting;
        private int _preRoll;
        private int _hopsInPacket;
        private int _packetsSent;
        private bool _packetIsPreRoll;
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

        /// <summary>Sends what waits, at most two packets.</summary>
        public void Step()
        {
            int budget = PacketsPerPass * AudioFormat.PacketHops;
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

        // 21 IL a sample: two bytes of four are kept.
        private void TakeHop()
        {
            _packetIsPreRoll = _hopsInPacket == 0 ? _preRoll > 0 : _packetIsPreRoll;
            _ring.Copy(_waiting - 1, _hop);
            _waiting--;
            if (_preRoll > 0)
            {
                _preRoll--;
            }

            byte[] from = _hop;
            byte[] to = _mono;
            int at = _hopsInPacket * AudioFormat.HopSamples * AudioFormat.SampleBytes;
            for (int i = RawSound.VoiceOffset; i < RawSound.HopBytes; i += RawSound.FrameBytes)
            {
                to[at] = from[i];
                to[at + 1] = from[i + 1];
                at += 2;
            }

            _hopsInPacket++;
        }

        private void SendPacket(int flags)
        {
            int samples = _hopsInPacket * AudioFormat.HopSamples;
            if (_packetsSent == 0)
            {
                flags |= AudioPacket.First;
            }

            if (_packetIsPreRoll && _hopsInPacket > 0)
            {
                flags |= AudioPacket.PreRoll;
            }

            AudioPacket.WriteHeader(_packet, _codec, flags, _sequence, _firstHopMs + SentMs);
            int length = AudioPacket.HeaderBytes;
            if (samples > 0 && _codec == AudioCodec.ImaAdpcmAt16k)
            {
                length += _adpcm.Encode(_mono, 0, AudioFormat.SampleBytes, samples, _packet, AudioPacket.HeaderBytes);
            }
            else if (samples > 0)
            {
                System.Array.Copy(_mono, 0, _packet, AudioPacket.HeaderBytes, samples * AudioFormat.SampleBytes);
                length += samples * AudioFormat.SampleBytes;
            }

            if (!_link.TryPublish(_topic, _packet, length, 0, false))
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
