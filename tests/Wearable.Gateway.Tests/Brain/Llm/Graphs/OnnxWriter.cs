using System.Runtime.InteropServices;

namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>Element types by their numbers in onnx.proto.</summary>
internal enum OnnxType
{
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Half = 10,
}

/// <summary>Writes an ONNX graph node by node; weights inside the file or, above a size, in a file beside it.</summary>
internal sealed class OnnxWriter(string path, int insideBytes = int.MaxValue) : IDisposable
{
    private const int Align = 4096; // so that the runtime can map the weights

    private readonly ProtoWriter _graph = new();
    private readonly string _dataName = Path.GetFileName(path) + "_data";
    private readonly List<(string Key, string Value)> _metadata = [];
    private FileStream? _data;
    private int _names;

    public string Node(string type, string[] inputs, (string Name, object Value)[]? attributes = null, string domain = "", string[]? outputs = null)
    {
        ProtoWriter node = new();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        outputs ??= [$"{type}_{_names++}"];
        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(3, $"node_{_names++}").Text(4, type);
        foreach ((string name, object value) in attributes ?? [])
        {
            node.Message(5, Attribute(name, value));
        }

        node.Text(7, domain);
        _graph.Message(1, node);
        return outputs[0];
    }

    public string Weights(string name, OnnxType type, long[] shape, long bytes, Action<Stream> write)
    {
        ProtoWriter tensor = new();
        foreach (long dim in shape)
        {
            tensor.Number(1, dim);
        }

        tensor.Number(2, (int)type).Text(8, name);
        if (bytes <= insideBytes)
        {
            using MemoryStream inside = new();
            write(inside);
            Expect(bytes, inside.Length, name);
            tensor.Bytes(9, inside.ToArray());
        }
        else
        {
            _data ??= File.Create(Path.Combine(Path.GetDirectoryName(path)!, _dataName));
            _data.Position = (_data.Length + Align - 1) / Align * Align;
            long offset = _data.Position;
            write(_data);
            Expect(bytes, _data.Position - offset, name);
            tensor.Message(13, Entry("location", _dataName)).Message(13, Entry("offset", offset.ToString())).Message(13, Entry("length", bytes.ToString())).Number(14, 1);
        }

        _graph.Message(5, tensor);
        return name;
    }

    public string Floats(string name, long[] shape, float[] values) =>
        Weights(name, OnnxType.Float, shape, values.Length * 4L, s => s.Write(MemoryMarshal.AsBytes<float>(values)));

    public string Halves(string name, long[] shape, float[] values)
    {
        Half[] halves = Array.ConvertAll(values, v => (Half)v);
        return Weights(name, OnnxType.Half, shape, halves.Length * 2L, s => s.Write(MemoryMarshal.AsBytes<Half>(halves)));
    }

    public string Longs(string name, long[] shape, params long[] values) =>
        Weights(name, OnnxType.Int64, shape, values.Length * 8L, s => s.Write(MemoryMarshal.AsBytes<long>(values)));

    public void Input(string name, OnnxType type, params object[] shape) => _graph.Message(11, Value(name, type, shape));

    public void Output(string name, OnnxType type, params object[] shape) => _graph.Message(12, Value(name, type, shape));

    public void Metadata(string key, string value) => _metadata.Add((key, value));

    public void Save()
    {
        _graph.Text(2, "decoder");
        ProtoWriter model = new ProtoWriter().Number(1, 8).Text(2, "Wearable tests").Message(7, _graph)
            .Message(8, new ProtoWriter().Text(1, "").Number(2, 17))
            .Message(8, new ProtoWriter().Text(1, "com.microsoft").Number(2, 1));
        _metadata.ForEach(m => model.Message(14, Entry(m.Key, m.Value)));
        File.WriteAllBytes(path, model.ToArray());
    }

    public void Dispose() => _data?.Dispose();

    private static void Expect(long wanted, long got, string name)
    {
        if (wanted != got)
        {
            throw new InvalidOperationException($"{name}: {wanted} bytes expected, got {got}");
        }
    }

    private static ProtoWriter Attribute(string name, object value)
    {
        ProtoWriter attribute = new ProtoWriter().Text(1, name);
        switch (value)
        {
            case int number:
                return attribute.Number(3, number).Number(20, 2);
            case float real:
                return attribute.Real(2, real).Number(20, 1);
            case int[] numbers:
                Array.ForEach(numbers, n => attribute.Number(8, n));
                return attribute.Number(20, 7);
            default:
                throw new ArgumentException($"{name}: int, float or int[] expected, got {value}");
        }
    }

    private static ProtoWriter Entry(string key, string value) => new ProtoWriter().Text(1, key).Text(2, value);

    private static ProtoWriter Value(string name, OnnxType type, object[] shape)
    {
        ProtoWriter dims = new();
        foreach (object dim in shape)
        {
            dims.Message(1, dim is string symbol ? new ProtoWriter().Text(2, symbol) : new ProtoWriter().Number(1, Convert.ToInt64(dim)));
        }

        ProtoWriter tensor = new ProtoWriter().Number(1, (int)type).Message(2, dims);
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, tensor));
    }
}
