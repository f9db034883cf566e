using System.Text;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Bench;

/// <summary>The TinyStories 260 K weights in llama2.c's first layout, as a decoder for <see cref="DecoderGraph"/>.</summary>
internal sealed record StoriesModel(DecoderWeights Weights, IReadOnlyList<byte[]> Pieces)
{
    /// <summary>Begin of text, and its end.</summary>
    public const int Begin = 1;

    /// <summary>Reads <c>stories260K.bin</c> and <c>tok512.bin</c>.</summary>
    public static StoriesModel Read(string folder)
    {
        using BinaryReader file = new(File.OpenRead(Path.Combine(folder, "stories260K.bin")));
        int[] header = [.. Enumerable.Range(0, 7).Select(_ => file.ReadInt32())];
        (int width, int hidden, int layers, int heads, int keyHeads, int vocabulary, int positions) = (header[0], header[1], header[2], header[3], header[4], header[5], header[6]);
        int size = width / heads, keys = keyHeads * size;
        float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => file.ReadSingle())];
        Matrix[] Matrices(int outputs, int inputs, bool rotated = false) =>
            [.. Enumerable.Range(0, layers).Select(_ => Matrix.Of(outputs, inputs, rotated ? Halves(Floats(outputs * inputs), inputs, size) : Floats(outputs * inputs), WeightKind.Float32))];
        float[][] Vectors() => [.. Enumerable.Range(0, layers).Select(_ => Floats(width))];

        float[] embedding = Floats(vocabulary * width);
        float[][] attentionNorms = Vectors();
        Matrix[] query = Matrices(width, width, rotated: true), key = Matrices(keys, width, rotated: true), value = Matrices(keys, width), output = Matrices(width, width);
        float[][] mlpNorms = Vectors();
        Matrix[] gate = Matrices(hidden, width), down = Matrices(width, hidden), up = Matrices(hidden, width);
        float[] finalNorm = Floats(width);
        DecoderShape shape = new(width, hidden, layers, heads, keyHeads, size, vocabulary, positions) { Epsilon = 1e-5f };
        LayerWeights[] all = [.. Enumerable.Range(0, layers).Select(i => new LayerWeights(
            attentionNorms[i], query[i], key[i], value[i], new float[width], new float[keys], new float[keys], output[i], mlpNorms[i], gate[i], up[i], down[i]))];
        return new StoriesModel(new DecoderWeights(shape, WeightKind.Float32, embedding, all, finalNorm, Matrix.Of(vocabulary, width, embedding, WeightKind.Float32)), ReadPieces(folder, vocabulary));
    }

    /// <summary>Tokens as llama2.c prints them: the first word without its space.</summary>
    public string Text(IReadOnlyList<int> tokens)
    {
        List<byte> bytes = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            byte[] piece = Pieces[tokens[i]];
            string text = Encoding.UTF8.GetString(piece);
            if (text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal))
            {
                piece = [Convert.ToByte(text[3..5], 16)];
            }

            bytes.AddRange(i == 0 && piece is [(byte)' ', ..] ? piece[1..] : piece);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // llama2.c rotates neighbours against each other, Hugging Face layouts the halves of a head: the rows change places.
    private static float[] Halves(float[] values, int inputs, int size)
    {
        float[] moved = new float[values.Length];
        for (int row = 0; row < values.Length / inputs; row++)
        {
            int inHead = row % size, to = row - inHead + (inHead / 2) + (inHead % 2 == 0 ? 0 : size / 2);
            Array.Copy(values, row * inputs, moved, to * inputs, inputs);
        }

        return moved;
    }

    private static List<byte[]> ReadPieces(string folder, int count)
    {
        using BinaryReader file = new(File.OpenRead(Path.Combine(folder, "tok512.bin")));
        file.ReadInt32(); // longest piece
        List<byte[]> pieces = [];
        for (int i = 0; i < count; i++)
        {
            file.ReadSingle(); // score, for encoding only
            pieces.Add(file.ReadBytes(file.ReadInt32()));
        }

        return pieces;
    }
}
