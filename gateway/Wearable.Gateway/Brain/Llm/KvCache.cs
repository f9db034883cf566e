using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// Keys and values of all tokens so far, in memory made once. Attention that shares its cache gets one buffer as input and output and writes
/// new rows in place; attention that gives a longer copy writes from one of two buffers into the other, which then change places. Either way
/// no value is copied here.
/// </summary>
internal sealed class KvCache
{
    private readonly DecoderLayout _layout;
    private readonly int _maxTokens;
    private readonly byte[][] _front;
    private readonly byte[][] _back;

    /// <summary>Makes the buffers; the operating system gives their memory as it is used.</summary>
    public KvCache(DecoderLayout layout, int maxTokens)
    {
        _layout = layout;
        _maxTokens = maxTokens;
        _front = Buffers(layout, maxTokens);
        _back = layout.SharesCache ? _front : Buffers(layout, maxTokens);
    }

    /// <summary>Tokens in the cache.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of one token, all layers.</summary>
    public int BytesPerToken => _front.Length * _layout.KeyValueHeads * RowBytes;

    private int RowBytes => _layout.HeadSize * _layout.CacheElementBytes;

    /// <summary>The cache as input of a run that adds tokens.</summary>
    public OrtValue Past(int half) => View(_front[half], _layout.SharesCache ? _maxTokens : Length);

    /// <summary>Where that run writes.</summary>
    public OrtValue Present(int half, int added) => View(_back[half], _layout.SharesCache ? _maxTokens : Length + added);

    /// <summary>The run is done: what it wrote is the cache.</summary>
    public void Advance(int added)
    {
        Length += added;
        if (!_layout.SharesCache)
        {
            for (int i = 0; i < _front.Length; i++)
            {
                (_front[i], _back[i]) = (_back[i], _front[i]);
            }
        }
    }

    /// <summary>Forgets all tokens from an index on.</summary>
    public void Truncate(int length)
    {
        if (!_layout.SharesCache && length < Length)
        {
            // Heads lie one behind the other without a gap, so they move together.
            foreach (byte[] buffer in _front)
            {
                for (int head = 1; head < _layout.KeyValueHeads; head++)
                {
                    Buffer.BlockCopy(buffer, head * Length * RowBytes, buffer, head * length * RowBytes, length * RowBytes);
                }
            }
        }

        Length = Math.Min(Length, length);
    }

    /// <summary>Writes the first tokens, head by head without gaps.</summary>
    public void Save(Stream stream, int tokens)
    {
        int stride = (_layout.SharesCache ? _maxTokens : Length) * RowBytes;
        foreach (byte[] buffer in _front)
        {
            for (int head = 0; head < _layout.KeyValueHeads; head++)
            {
                stream.Write(buffer, head * stride, tokens * RowBytes);
            }
        }
    }

    /// <summary>Replaces the cache by saved tokens.</summary>
    public void Load(Stream stream, int tokens)
    {
        Length = 0; // stays empty when the stream ends early
        int stride = (_layout.SharesCache ? _maxTokens : tokens) * RowBytes;
        foreach (byte[] buffer in _front)
        {
            for (int head = 0; head < _layout.KeyValueHeads; head++)
            {
                stream.ReadExactly(buffer, head * stride, tokens * RowBytes);
            }
        }

        Length = tokens;
    }

    private OrtValue View(byte[] buffer, int tokens) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        _layout.CacheType,
        [1, _layout.KeyValueHeads, tokens, _layout.HeadSize],
        Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0),
        (long)_layout.KeyValueHeads * tokens * RowBytes);

    private static byte[][] Buffers(DecoderLayout layout, int maxTokens)
    {
        byte[][] buffers = new byte[layout.Cache.Count][];
        for (int i = 0; i < buffers.Length; i++)
        {
            // Zeroed, because unwritten rows must hold numbers: what is not a number survives a weight of zero.
            buffers[i] = GC.AllocateArray<byte>(checked(layout.KeyValueHeads * maxTokens * layout.HeadSize * layout.CacheElementBytes), pinned: true);
        }

        return buffers;
    }
}
