using System.Globalization;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>The pieces of text a speech model writes with, from a <c>tokens.txt</c>: a piece and its number in each line.</summary>
public sealed class TokenTable
{
    private readonly string[] _pieces;

    private TokenTable(string[] pieces) => _pieces = pieces;

    /// <summary>How many pieces there are.</summary>
    public int Count => _pieces.Length;

    /// <summary>Reads a table.</summary>
    /// <exception cref="ModelException">Missing, or a line that is none; names it.</exception>
    public static TokenTable Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing; a speech model of this kind has its tokens there.", e);
        }

        string?[] pieces = new string?[lines.Length];
        for (int i = 0; i < lines.Length && lines[i].Length > 0; i++)
        {
            int space = lines[i].LastIndexOf(' ');
            if (space < 1 || !int.TryParse(lines[i].AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int id) || id >= pieces.Length || pieces[id] is not null)
            {
                throw new ModelException($"{path}, line {i + 1}: a piece and its own number below {pieces.Length} expected, got \"{lines[i]}\"; download it again.");
            }

            pieces[id] = lines[i][..space];
        }

        int count = Array.FindLastIndex(pieces, p => p is not null) + 1;
        return count > 1 && !pieces.AsSpan(0, count).Contains(null)
            ? new TokenTable(pieces[..count]!)
            : throw new ModelException($"{path}: all numbers from 0 expected, got {pieces.Count(p => p is not null)} of {Math.Max(count, 2)}; download it again.");
    }

    /// <summary>Joins pieces to text.</summary>
    /// <param name="tokens">Their numbers.</param>
    /// <param name="tags">Receives what is not said but told about the sound, such as <c>zh</c> or <c>nospeech</c>.</param>
    public string Decode(IEnumerable<int> tokens, out IReadOnlyList<string> tags)
    {
        string[] pieces = [.. tokens.Select(t => t >= 0 && t < _pieces.Length ? _pieces[t] : "")];
        tags = [.. pieces.Where(IsTag).Select(p => p[2..^2])];
        return SpeechPieces.Join(pieces.Where(p => !IsTag(p) && p is not ("<unk>" or "<s>" or "</s>" or "<blank>")));
    }

    private static bool IsTag(string piece) => piece.StartsWith("<|", StringComparison.Ordinal) && piece.EndsWith("|>", StringComparison.Ordinal);
}
