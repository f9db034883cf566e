using Wearable.Contract;
using Wearable.Firmware.Voice;

namespace Wearable.Firmware.Tests.Contract;

/// <summary>The audio header and the two codecs.</summary>
public sealed class AudioTests
{
    [Fact]
    public void A_header_has_exactly_its_eight_bytes()
    {
        byte[] packet = new byte[AudioPacket.HeaderBytes + AudioCodec.PacketBytes(AudioCodec.ImaAdpcmAt16k)];
        AudioPacket.WriteHeader(packet, AudioCodec.ImaAdpcmAt16k, AudioPacket.First | AudioPacket.PreRoll, 0x1234, 0x89ABCDEF);
        Assert.Equal(new byte[] { 0x5E, 0x05, 0x34, 0x12, 0xEF, 0xCD, 0xAB, 0x89 }, packet[..8]);
        AudioPacket.Check(packet, packet.Length);
        Assert.Equal((30, 5, 0x1234, 0x89ABCDEFL, 960), (AudioPacket.Codec(packet), AudioPacket.Flags(packet), AudioPacket.Sequence(packet), AudioPacket.TimestampMs(packet), AudioPacket.SampleCount(packet, packet.Length)));
    }

    [Theory]
    [InlineData(new byte[] { 0x40, 0 }, "audio: at least 8 bytes expected, got 2")]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 0, 0, 0, 0 }, "audio.version: 1 expected, got 2")]
    [InlineData(new byte[] { 0x54, 0, 0, 0, 0, 0, 0, 0 }, "audio.codec: 0 or 30 expected, got 20")]
    [InlineData(new byte[] { 0x40, 0x80, 0, 0, 0, 0, 0, 0 }, "audio.flags: bits 0 to 2 expected, got 128")]
    [InlineData(new byte[] { 0x40, 0, 0, 0, 0, 0, 0, 0 }, "audio.payload: 1920 bytes expected, got 0")]
    [InlineData(new byte[] { 0x40, 2, 0, 0, 0, 0, 0, 0, 1 }, "audio.payload: an even number of bytes expected, got 1")]
    [InlineData(new byte[] { 0x5E, 2, 0, 0, 0, 0, 0, 0, 1, 1, 89, 0 }, "audio.step index: 0 to 88 expected, got 89")]
    public void A_bad_packet_is_refused_with_the_reason(byte[] packet, string message) =>
        Assert.Equal(message, Assert.Throws<WireException>(() => AudioPacket.Check(packet, packet.Length)).Message);

    [Fact]
    public void Adpcm_keeps_a_speech_like_sound()
    {
        byte[] pcm = Voice(AudioFormat.PacketSamples * 20);
        (double signal, double noise) = (0, 0);
        ImaAdpcm encoder = new();
        byte[] payload = new byte[AudioCodec.PacketBytes(AudioCodec.ImaAdpcmAt16k)];
        byte[] back = new byte[AudioFormat.PacketSamples * 2];
        for (int at = 0; at < pcm.Length; at += back.Length)
        {
            Assert.Equal(payload.Length, encoder.Encode(pcm, at, 2, AudioFormat.PacketSamples, payload, 0));
            Assert.Equal(back.Length, ImaAdpcm.Decode(payload, 0, payload.Length, back, 0));
            for (int i = 0; i < back.Length && at > 0; i += 2)
            {
                double wanted = BitConverter.ToInt16(pcm, at + i);
                double got = BitConverter.ToInt16(back, i);
                signal += wanted * wanted;
                noise += (wanted - got) * (wanted - got);
            }
        }

        double snrDb = 10 * Math.Log10(signal / noise);
        Assert.True(snrDb > 20, $"more than 20 dB over the coding noise expected, got {snrDb:0.0}");
    }

    [Fact]
    public void Adpcm_is_decoded_as_the_standard_says()
    {
        // The standard's own arithmetic, bit by bit, against the tables.
        int[] steps = [7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767];
        int[] moves = [-1, -1, -1, -1, 2, 4, 6, 8];
        Random random = new(5);
        for (int round = 0; round < 200; round++)
        {
            byte[] payload = new byte[104];
            random.NextBytes(payload);
            (payload[2], payload[3]) = ((byte)random.Next(89), 0);
            byte[] pcm = new byte[400];
            Assert.Equal(400, ImaAdpcm.Decode(payload, 0, payload.Length, pcm, 0));
            int predictor = BitConverter.ToInt16(payload, 0);
            int index = payload[2];
            for (int i = 0; i < 200; i++)
            {
                int code = i % 2 == 0 ? payload[4 + (i / 2)] & 15 : payload[4 + (i / 2)] >> 4;
                int step = steps[index];
                int change = (step >> 3) + ((code & 4) != 0 ? step : 0) + ((code & 2) != 0 ? step >> 1 : 0) + ((code & 1) != 0 ? step >> 2 : 0);
                predictor = Math.Clamp(predictor + ((code & 8) != 0 ? -change : change), -32768, 32767);
                index = Math.Clamp(index + moves[code & 7], 0, 88);
                Assert.Equal(predictor, BitConverter.ToInt16(pcm, 2 * i));
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, -4000)]
    [InlineData(100, -8000)]
    public void Volume_is_the_same_for_both_codecs(int percent, int expected)
    {
        byte[] pcm = new byte[1920];
        for (int i = 0; i < pcm.Length; i += 2)
        {
            BitConverter.TryWriteBytes(pcm.AsSpan(i), (short)-8000);
        }

        byte[] scaled = new byte[1920];
        Loudness.Scale(pcm, 0, pcm.Length, Loudness.Gain(percent), scaled);
        Assert.Equal(expected, BitConverter.ToInt16(scaled, 1000));
        byte[] payload = new byte[484];
        new ImaAdpcm().Encode(pcm, 0, 2, 960, payload, 0);
        ImaAdpcm.Decode(payload, 0, payload.Length, scaled, 0, Loudness.Gain(percent));
        Assert.InRange(BitConverter.ToInt16(scaled, 1000), expected - 10, expected + 10);
        Assert.Throws<ArgumentException>(() => Loudness.Gain(101));
    }

    [Fact]
    public void A_lost_adpcm_packet_costs_nothing_but_itself()
    {
        byte[] pcm = Voice(AudioFormat.PacketSamples * 3);
        ImaAdpcm encoder = new();
        byte[][] payloads = [new byte[484], new byte[484], new byte[484]];
        for (int i = 0; i < 3; i++)
        {
            encoder.Encode(pcm, i * 1920, 2, 960, payloads[i], 0);
        }

        byte[] afterAll = new byte[1920];
        byte[] alone = new byte[1920];
        ImaAdpcm.Decode(payloads[1], 0, 484, afterAll, 0);
        ImaAdpcm.Decode(payloads[2], 0, 484, afterAll, 0);
        ImaAdpcm.Decode(payloads[2], 0, 484, alone, 0);
        Assert.Equal(afterAll, alone);
    }

    [Fact]
    public void Every_checked_packet_of_hostile_bytes_is_decoded()
    {
        Random random = new(7);
        byte[] packet = new byte[AudioPacket.HeaderBytes + 484];
        byte[] pcm = new byte[1920];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(packet);
            AudioPacket.WriteHeader(packet, AudioCodec.ImaAdpcmAt16k, 0, i, i);
            try
            {
                AudioPacket.Check(packet, packet.Length);
            }
            catch (WireException)
            {
                continue;
            }

            Assert.Equal(1920, ImaAdpcm.Decode(packet, AudioPacket.HeaderBytes, 484, pcm, 0));
        }
    }

    [Fact]
    public void One_channel_of_stereo_is_encoded_as_if_it_were_alone()
    {
        byte[] mono = Voice(960);
        byte[] stereo = new byte[mono.Length * 2];
        for (int i = 0; i < mono.Length; i += 2)
        {
            (stereo[(2 * i) + 2], stereo[(2 * i) + 3]) = (mono[i], mono[i + 1]);
        }

        byte[] a = new byte[484];
        byte[] b = new byte[484];
        new ImaAdpcm().Encode(mono, 0, 2, 960, a, 0);
        new ImaAdpcm().Encode(stereo, 2, 4, 960, b, 0);
        Assert.Equal(a, b);
    }

    // Harmonics of 140 Hz under a slow envelope.
    private static byte[] Voice(int samples)
    {
        byte[] pcm = new byte[samples * 2];
        for (int i = 0; i < samples; i++)
        {
            double t = i / 16000.0;
            double wave = Enumerable.Range(1, 12).Sum(k => Math.Sin(2 * Math.PI * 140 * k * t) / k);
            short value = (short)(5000 * wave * (0.6 + (0.4 * Math.Sin(2 * Math.PI * 3 * t))));
            BitConverter.TryWriteBytes(pcm.AsSpan(2 * i), value);
        }

        return pcm;
    }
}
