using System.Text;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>Weights that a graph keeps in a file beside it.</summary>
/// <param name="File">Name relative to the graph's folder.</param>
/// <param name="End">Bytes the file must at least have.</param>
internal sealed record ExternalWeights(string File, long End);

/// <summary>
/// What must be known of an ONNX file before it is given to the runtime: whether it is whole, which weight files it needs, and who reads the
/// cache inputs. Weights inside are skipped, so a file of gigabytes is read in milliseconds. Field numbers are those of onnx.proto.
/// </summary>
internal sealed class OnnxFile
{
    private const int MaxNameBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly string _path;
    private readonly Dictionary<string, HashSet<string>> _readers = [];
    private readonly Dictionary<string, long> _external = [];

    private OnnxFile(FileStream stream, string path) => (_stream, _path) = (stream, path);

    /// <summary>Weight files, each with the size it must have.</summary>
    public IReadOnlyList<ExternalWeights> External => [.. _external.Select(e => new ExternalWeights(e.Key, e.Value))];

    /// <summary>Operators that read a value directly.</summary>
    public IReadOnlySet<string> ReadersOf(string value) => _readers.TryGetValue(value, out HashSet<string>? readers) ? readers : new HashSet<string>();

    /// <summary>Reads a graph.</summary>
    /// <exception cref="ModelException">Missing, truncated or no ONNX file.</exception>
    public static OnnxFile Read(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            OnnxFile file = new(stream, path);
            bool graph = false;
            file.Fields(stream.Length, (field, end) =>
            {
                if (field == 7)
                {
                    graph = true;
                    file.Graph(end);
                }
            });
            return graph ? file : throw file.Bad("an ONNX graph expected, got a file without one");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing.", e);
        }
    }

    private void Graph(long end) => Fields(end, (field, fieldEnd) =>
    {
        if (field == 1)
        {
            Node(fieldEnd);
        }
        else if (field == 5)
        {
            Initializer(fieldEnd);
        }
    });

    private void Node(long end)
    {
        List<string> inputs = [];
        string type = "";
        Fields(end, (field, fieldEnd) =>
        {
            if (field == 1)
            {
                inputs.Add(Text(fieldEnd));
            }
            else if (field == 4)
            {
                type = Text(fieldEnd);
            }
        });
        foreach (string input in inputs)
        {
            if (!_readers.TryGetValue(input, out HashSet<string>? readers))
            {
                _readers[input] = readers = [];
            }

            readers.Add(type);
        }
    }

    private void Initializer(long end)
    {
        Dictionary<string, string> entries = [];
        Fields(end, (field, fieldEnd) =>
        {
            if (field == 13)
            {
                string key = "", value = "";
                Fields(fieldEnd, (inner, innerEnd) =>
                {
                    if (inner == 1)
                    {
                        key = Text(innerEnd);
                    }
                    else if (inner == 2)
                    {
                        value = Text(innerEnd);
                    }
                });
                entries[key] = value;
            }
        });
        if (entries.TryGetValue("location", out string? file))
        {
            long offset = long.Parse(entries.GetValueOrDefault("offset", "0"), System.Globalization.CultureInfo.InvariantCulture);
            long length = long.Parse(entries.GetValueOrDefault("length", "0"), System.Globalization.CultureInfo.InvariantCulture);
            _external[file] = Math.Max(_external.GetValueOrDefault(file), offset + length);
        }
    }

    // Calls for each length-delimited field with its end; whatever the callee leaves unread is skipped.
    private void Fields(long end, Action<int, long> take)
    {
        while (_stream.Position < end)
        {
            ulong key = Varint(end);
            switch (key & 7)
            {
                case 0:
                    Varint(end);
                    break;
                case 1:
                    Skip(_stream.Position + 8, end);
                    break;
                case 5:
                    Skip(_stream.Position + 4, end);
                    break;
                case 2:
                    ulong length = Varint(end);
                    if (length > (ulong)(end - _stream.Position))
                    {
                        throw end == _stream.Length || length < long.MaxValue / 2
                            ? Bad($"truncated: {_stream.Position + (long)Math.Min(length, long.MaxValue / 4)} bytes expected at least, got {_stream.Length}")
                            : Bad("an ONNX file expected, got other bytes");
                    }

                    long fieldEnd = _stream.Position + (long)length;
                    take((int)(key >> 3), fieldEnd);
                    Skip(fieldEnd, end);
                    break;
                default:
                    throw Bad("an ONNX file expected, got other bytes");
            }
        }
    }

    private void Skip(long to, long end)
    {
        if (to > end)
        {
            throw Bad($"truncated: {to} bytes expected at least, got {_stream.Length}");
        }

        if (to != _stream.Position)
        {
            _stream.Seek(to, SeekOrigin.Begin);
        }
    }

    private string Text(long end)
    {
        long length = end - _stream.Position;
        if (length > MaxNameBytes)
        {
            throw Bad($"a name of at most {MaxNameBytes} bytes expected, got {length}");
        }

        byte[] bytes = new byte[length];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private ulong Varint(long end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int b = _stream.Position < end ? _stream.ReadByte() : -1;
            if (b < 0)
            {
                throw Bad($"truncated after {_stream.Position} bytes");
            }

            value |= shift < 64 ? (ulong)(b & 127) << shift : 0;
            if (b < 128)
            {
                return value;
            }
        }

        throw Bad("an ONNX file expected, got other bytes");
    }

    private ModelException Bad(string what) => new($"{_path}: {what}; download it again.");
}
