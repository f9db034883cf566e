using System.Text;

namespace Wearable.Gateway.Tests.Brain.Llm.Graphs;

/// <summary>The few protobuf fields an ONNX file needs. Field numbers are the caller's.</summary>
internal sealed class ProtoWriter
{
    private readonly MemoryStream _bytes = new();

    public ProtoWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoWriter Real(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        _bytes.Write(BitConverter.GetBytes(value));
        return this;
    }

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter value) => Bytes(field, value.ToArray());

    public byte[] ToArray() => _bytes.ToArray();

    private void Varint(ulong value)
    {
        while (value >= 128)
        {
            _bytes.WriteByte((byte)(value | 128));
            value >>= 7;
        }

        _bytes.WriteByte((byte)value);
    }
}
