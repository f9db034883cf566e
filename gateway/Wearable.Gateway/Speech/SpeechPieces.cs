using System.Globalization;
using System.Text;

namespace Wearable.Gateway.Speech;

/// <summary>Text as the pieces of a speech model: U+2581 begins a word, <c>&lt;0x0A&gt;</c> is one byte.</summary>
internal static class SpeechPieces
{
    private const char WordBegin = '\u2581';

    /// <summary>Cuts a text into the longest pieces there are, as a model writes a word that begins a text.</summary>
    /// <exception cref="ArgumentException">A character has no piece.</exception>
    public static int[] Encode(string text, Dictionary<string, int> pieces)
    {
        string left = WordBegin + text.Trim().Replace(' ', WordBegin);
        List<int> tokens = [];
        while (left.Length > 0)
        {
            int length = left.Length, token;
            while (!pieces.TryGetValue(left[..length], out token))
            {
                if (--length == 0)
                {
                    throw new ArgumentException($"text: letters of the vocabulary expected, got \"{left[0]}\"", nameof(text));
                }
            }

            tokens.Add(token);
            left = left[length..];
        }

        return [.. tokens];
    }

    /// <summary>Joins pieces to text.</summary>
    public static string Join(IEnumerable<string> pieces)
    {
        List<byte> utf8 = [];
        foreach (string piece in pieces)
        {
            if (piece is ['<', '0', 'x', _, _, '>'] && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                utf8.Add(value);
            }
            else
            {
                utf8.AddRange(Encoding.UTF8.GetBytes(piece.Replace(WordBegin, ' ')));
            }
        }

        return Encoding.UTF8.GetString([.. utf8]).Trim();
    }
}
