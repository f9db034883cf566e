using System.Buffers.Binary;
using Wearable.Contract;

namespace Wearable.Training;

/// <summary>Reads mono 16-bit WAV as floats in -1..1 at the device's rate.</summary>
public static class WavFile
{
    /// <summary>Samples of a file, resampled to 16 kHz where needed.</summary>
    /// <exception cref="InvalidDataException">Not a PCM WAV of 16 bits.</exception>
    public static float[] Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int rateHz = 0, channels = 0;
        for (int o = 12; o + 8 <= bytes.Length;)
        {
            string id = System.Text.Encoding.ASCII.GetString(bytes, o, 4);
            int size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(o + 4));
            int body = o + 8;
            if (id == "fmt ")
            {
                channels = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(body + 2));
                rateHz = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(body + 4));
                int bits = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(body + 14));
                if (bits != 16)
                {
                    throw new InvalidDataException($"{path}: 16 bits expected, got {bits}");
                }
            }
            else if (id == "data")
            {
                // Programs that write to a pipe leave a size of -1 or 0x7fff....
                int length = size < 0 || body + (long)size > bytes.Length ? bytes.Length - body : size;
                int n = length / (2 * channels);
                float[] samples = new float[n];
                for (int i = 0; i < n; i++)
                {
                    samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(body + 2 * channels * i)) / 32768f;
                }

                return rateHz == AudioFormat.SampleRateHz ? samples : Sound.Resample(samples, (double)rateHz / AudioFormat.SampleRateHz);
            }

            o = body + size + (size & 1);
        }

        throw new InvalidDataException($"{path}: no sound found");
    }
}
