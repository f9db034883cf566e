using nanoFramework.TestFramework;
using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.DeviceTests
{
    /// <summary>Sound on the wire is the same bytes from the chip and from the PC.</summary>
    [TestClass]
    public class AudioTests
    {
        [TestMethod]
        public static void A_header_is_eight_bytes_little_endian_and_reads_back()
        {
            byte[] packet = new byte[AudioPacket.HeaderBytes];
            AudioPacket.WriteHeader(packet, AudioCodec.ImaAdpcmAt16k, AudioPacket.First | AudioPacket.PreRoll, 65535, 0x1FEDCBA98);
            int[] wanted = { 0x5E, 5, 0xFF, 0xFF, 0x98, 0xBA, 0xDC, 0xFE };
            for (int i = 0; i < wanted.Length; i++)
            {
                Check.Equal(wanted[i], packet[i], "byte " + i.ToString());
            }

            Check.Equal(AudioCodec.ImaAdpcmAt16k, AudioPacket.Codec(packet), "codec");
            Check.Equal(65535, AudioPacket.Sequence(packet), "sequence");
            Check.Equal(0xFEDCBA98L, AudioPacket.TimestampMs(packet), "timestamp modulo 2^32");
        }

        [TestMethod]
        public static void A_packet_of_another_version_codec_flag_or_length_is_refused_by_field()
        {
            byte[] packet = new byte[AudioPacket.MaxBytes];
            AudioPacket.WriteHeader(packet, AudioCodec.Pcm16At16k, 0, 1, 2);
            AudioPacket.Check(packet, packet.Length);
            Check.Text("payload", Refused(packet, packet.Length - 2), "short but not last");
            packet[1] = 0x40;
            Check.Text("flags", Refused(packet, packet.Length), "unknown flag");
            packet[0] = (AudioPacket.Version << 6) | AudioCodec.Opus;
            Check.Text("codec", Refused(packet, packet.Length), "Opus");
            packet[0] = 0;
            Check.Text("version", Refused(packet, packet.Length), "version 0");
        }

        [TestMethod]
        public static void Adpcm_gives_the_same_bytes_and_the_same_sound_back()
        {
            SyntheticSound sound = new SyntheticSound(11);
            ImaAdpcm coder = new ImaAdpcm();
            byte[] coded = new byte[ImaAdpcm.HeaderBytes + AudioFormat.HopSamples / 2];
            byte[] pcm = new byte[AudioFormat.HopSamples * 2];
            Checksum ofCode = new Checksum();
            Checksum ofSound = new Checksum();
            for (int n = 0; n < 20; n++)
            {
                byte[] hop = sound.Hop(n * 800, n * 1500);
                int bytes = coder.Encode(hop, RawSound.VoiceOffset, RawSound.FrameBytes, AudioFormat.HopSamples, coded, 0);
                Check.Equal(coded.Length, bytes, "bytes of a hop");
                ImaAdpcm.CheckHeader(coded, 0, coded.Length);
                ofCode.Add(coded, 0, bytes);
                ofSound.Add(pcm, 0, ImaAdpcm.Decode(coded, 0, bytes, pcm, 0));
            }

            Check.Equal(Expected.AdpcmCode, ofCode.Value, "checksum of the code");
            Check.Equal(Expected.AdpcmSound, ofSound.Value, "checksum of the decoded sound");
        }

        private static string Refused(byte[] packet, int length)
        {
            try
            {
                AudioPacket.Check(packet, length);
                return "";
            }
            catch (WireException e)
            {
                return e.Field;
            }
        }
    }
}
