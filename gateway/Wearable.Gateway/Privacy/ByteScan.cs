using System.Buffers;
using System.Text;

namespace Wearable.Gateway.Privacy;

/// <summary>
/// Looks for texts in bytes, whatever their format: as UTF-8, and as JSON writes what is not ASCII. A stream is read piece by piece.
/// </summary>
/// <remarks>Bytes are widened to characters one by one, since only character searches look for many texts at once.</remarks>
public sealed class ByteScan
{
    private const int PieceBytes = 1 << 20;

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal); // as searched, as given
    private readonly SearchValues<string> _search;
    private readonly int _longest;
    private readonly string[] _longer;

    /// <summary>Makes a scan.</summary>
    /// <param name="texts">What to look for.</param>
    /// <param name="longer">Texts that may hold one of these and are not meant, such as another wearable's id.</param>
    public ByteScan(IEnumerable<string> texts, IEnumerable<string> longer)
    {
        foreach (string text in texts.Where(text => text.Length > 0))
        {
            _texts[Widen(Encoding.UTF8.GetBytes(text))] = text;
            string escaped = System.Text.Json.JsonEncodedText.Encode(text).ToString();
            _texts.TryAdd(escaped, text);
        }

        _search = SearchValues.Create([.. _texts.Keys], StringComparison.Ordinal);
        _longer = [.. longer.Where(other => _texts.Keys.Any(text => other.Length > text.Length && other.Contains(text, StringComparison.Ordinal)))];
        _longest = _texts.Keys.Concat(_longer).Select(text => text.Length).DefaultIfEmpty(0).Max();
    }

    /// <summary>How many texts are looked for.</summary>
    public int Texts => _texts.Values.Distinct(StringComparer.Ordinal).Count();

    /// <summary>How often bytes stand in others, without overlap.</summary>
    public static long Count(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> what)
    {
        long count = 0;
        for (int at = bytes.IndexOf(what); at >= 0; at = bytes.IndexOf(what))
        {
            count++;
            bytes = bytes[(at + what.Length)..];
        }

        return count;
    }

    /// <summary>What bytes hold of the texts, and how often.</summary>
    /// <param name="stream">From where it stands to its end.</param>
    /// <param name="bytes">Bytes read.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyDictionary<string, long> Look(Stream stream, out long bytes)
    {
        Dictionary<string, long> found = new(StringComparer.Ordinal);
        bytes = 0;
        if (_texts.Count == 0)
        {
            return found;
        }

        byte[] raw = new byte[PieceBytes];
        char[] piece = new char[PieceBytes + 2 * _longest];
        int kept = 0, begun = 0;
        bool more = true;
        while (more)
        {
            int read = stream.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false);
            more = read == raw.Length;
            bytes += read;
            Encoding.Latin1.GetChars(raw.AsSpan(0, read), piece.AsSpan(kept));
            int filled = kept + read;

            // What begins in the last stretch may go on in the next piece; it is looked at then.
            int end = more ? filled - _longest : filled;
            begun = LookAt(piece.AsSpan(0, filled), begun, end, found);
            int from = Math.Max(0, end - _longest); // a longer text may have begun before
            piece.AsSpan(from, filled - from).CopyTo(piece);
            kept = filled - from;
            begun = Math.Max(begun, end) - from;
        }

        return found;
    }

    private static string Widen(byte[] utf8) => Encoding.Latin1.GetString(utf8);

    // Returns where to go on.
    private int LookAt(ReadOnlySpan<char> piece, int from, int end, Dictionary<string, long> found)
    {
        int at = from;
        while (at < end)
        {
            int next = piece[at..].IndexOfAny(_search);
            if (next < 0 || at + next >= end)
            {
                return at < end ? end : at;
            }

            at += next;
            string hit = "";
            foreach (string text in _texts.Keys)
            {
                hit = text.Length > hit.Length && piece[at..].StartsWith(text, StringComparison.Ordinal) ? text : hit;
            }

            if (!IsInLonger(piece, at, hit))
            {
                found[_texts[hit]] = found.GetValueOrDefault(_texts[hit]) + 1;
            }

            at += hit.Length;
        }

        return at;
    }

    private bool IsInLonger(ReadOnlySpan<char> piece, int at, string hit)
    {
        foreach (string longer in _longer)
        {
            for (int offset = longer.IndexOf(hit, StringComparison.Ordinal); offset >= 0; offset = longer.IndexOf(hit, offset + 1, StringComparison.Ordinal))
            {
                if (at >= offset && piece[(at - offset)..].StartsWith(longer, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
