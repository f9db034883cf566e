using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>
/// Cuts text the way a <c>tokenizer.json</c> says: each pattern in turn cuts the pieces of the one before, matches and gaps are both kept
/// (behaviour "Isolated").
/// </summary>
internal sealed class SplitPreTokenizer(IReadOnlyList<Regex> patterns) : PreTokenizer
{
    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Cut(text);

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Cut(text.ToString());

    private List<(int Offset, int Length)> Cut(string text)
    {
        List<(int Offset, int Length)> pieces = text.Length == 0 ? [] : [(0, text.Length)];
        foreach (Regex pattern in patterns)
        {
            List<(int Offset, int Length)> cut = [];
            foreach ((int offset, int length) in pieces)
            {
                Cut(pattern, text.Substring(offset, length), offset, cut);
            }

            pieces = cut;
        }

        return pieces;
    }

    private static void Cut(Regex pattern, string piece, int offset, List<(int Offset, int Length)> cut)
    {
        int at = 0;
        foreach (ValueMatch match in pattern.EnumerateMatches(piece))
        {
            if (match.Length == 0)
            {
                continue;
            }

            if (match.Index > at)
            {
                cut.Add((offset + at, match.Index - at));
            }

            cut.Add((offset + match.Index, match.Length));
            at = match.Index + match.Length;
        }

        if (at < piece.Length)
        {
            cut.Add((offset + at, piece.Length - at));
        }
    }
}
