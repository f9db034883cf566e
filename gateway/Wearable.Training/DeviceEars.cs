using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>Sound as the device hears it: raw hops and the device's own rows of features.</summary>
public static class DeviceEars
{
    /// <summary>Puts 20 ms into a raw stereo hop, in the microphone's slot; clips at full scale.</summary>
    public static void FillHop(ReadOnlySpan<float> samples, byte[] hop)
    {
        for (int i = 0; i < AudioFormat.HopSamples; i++)
        {
            int v = i < samples.Length ? (int)MathF.Round(Math.Clamp(samples[i], -1f, 1f) * 32767) : 0;
            int o = i * RawSound.FrameBytes + RawSound.VoiceOffset;
            hop[o] = (byte)v;
            hop[o + 1] = (byte)(v >> 8);
        }
    }

    /// <summary>All rows of a sound, heard without a gate, from a freshly started device.</summary>
    /// <returns>One row of <see cref="WakeFeatures.Bands"/> per 20 ms, one after another.</returns>
    /// <param name="samples">Sound.</param>
    /// <param name="tempo">Above 1: the sound passes by faster, its pitch unchanged (rows are taken that much further apart).</param>
    public static sbyte[] Rows(float[] samples, double tempo = 1)
    {
        WakeFeatures features = new();
        byte[] hop = new byte[RawSound.HopBytes];
        int[] row = new int[WakeFeatures.Bands];
        double step = AudioFormat.HopSamples * tempo;
        int count = Math.Max(0, (int)((samples.Length - AudioFormat.HopSamples) / step) + 1);
        sbyte[] rows = new sbyte[count * WakeFeatures.Bands];
        for (int i = 0; i < count; i++)
        {
            FillHop(samples.AsSpan((int)(i * step), AudioFormat.HopSamples), hop);
            features.Extract(hop, WakeWordDetector.RowOffset, 1, row);
            for (int b = 0; b < row.Length; b++)
            {
                rows[i * WakeFeatures.Bands + b] = (sbyte)row[b];
            }
        }

        return rows;
    }
}
