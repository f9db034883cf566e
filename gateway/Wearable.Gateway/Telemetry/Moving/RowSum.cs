using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Wearable.Gateway.Telemetry.Moving;

/// <summary>Counts rows and sums them up, so that two tables with the same rows in the same order have the same sum, in whichever database.</summary>
internal sealed class RowSum : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _number = new byte[9];

    /// <summary>Rows added.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a row: each value by its kind, its length and its bytes.</summary>
    public void Add(object?[] row)
    {
        Rows++;
        foreach (object? value in row)
        {
            switch (value)
            {
                case null:
                    Add(0, 0);
                    break;
                case string text:
                    Add(1, Encoding.UTF8.GetBytes(text));
                    break;
                case byte[] bytes:
                    Add(2, bytes);
                    break;
                default:
                    Add(3, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }
    }

    /// <summary>The sum in hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Add(byte kind, byte[] bytes)
    {
        Add(kind, bytes.Length);
        _hash.AppendData(bytes);
    }

    private void Add(byte kind, long number)
    {
        _number[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(_number.AsSpan(1), number);
        _hash.AppendData(_number);
    }
}
