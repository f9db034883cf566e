using System.Text;
using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>Models as the bytes that <see cref="WakeModelFile"/> reads.</summary>
public static class ModelFile
{
    /// <summary>The model in a file.</summary>
    /// <exception cref="ArgumentException">Not a model; says what is wrong with it.</exception>
    public static WakeModel Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        return WakeModelFile.Read(file, file.Length);
    }

    /// <summary>The bytes.</summary>
    /// <exception cref="ArgumentException">The device would not take it: a name of more than 32 characters, too many words.</exception>
    public static byte[] Write(WakeModel model)
    {
        using MemoryStream stream = new();
        using BinaryWriter w = new(stream);
        w.Write("WWM2"u8);
        w.Write(0);
        w.Write(0);
        w.Write((byte)model.Words.Length);
        w.Write((byte)model.MixWeights.Length);
        Text(w, model.Version);
        for (int i = 0; i < model.Words.Length; i++)
        {
            Text(w, model.Words[i]);
            w.Write((byte)model.Thresholds[i]);
        }

        Bytes(w, model.FrontWeights[0]);
        Bytes(w, model.FrontWeights[1]);
        Ints(w, model.FrontBias);
        Bytes(w, model.FrontShift);
        Bytes(w, model.DepthSpacing);
        for (int b = 0; b < model.MixWeights.Length; b++)
        {
            Bytes(w, model.DepthWeights[b]);
            Bytes(w, model.DepthShift[b]);
            Bytes(w, model.MixWeights[b]);
            Ints(w, model.MixBias[b]);
            Bytes(w, model.MixShift[b]);
        }

        Bytes(w, model.HeadWeights);
        Ints(w, model.HeadBias);
        Bytes(w, model.HeadShift);
        byte[] file = stream.ToArray();
        BitConverter.TryWriteBytes(file.AsSpan(4), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(8), WakeModelFile.Checksum(file, file.Length));
        WakeModelFile.Read(file, file.Length);
        return file;
    }

    private static void Text(BinaryWriter w, string text)
    {
        byte[] ascii = Encoding.ASCII.GetBytes(text);
        w.Write((byte)Math.Min(255, ascii.Length));
        w.Write(ascii);
    }

    private static void Bytes(BinaryWriter w, sbyte[] values) => w.Write((byte[])(Array)values);

    private static void Ints(BinaryWriter w, int[] values)
    {
        foreach (int v in values)
        {
            w.Write(v);
        }
    }
}
