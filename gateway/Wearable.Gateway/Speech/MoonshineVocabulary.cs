using System.Text;

namespace Wearable.Gateway.Speech;

/// <summary>The 32,000 pieces of text that Moonshine writes with (the Llama 1 vocabulary), read from the base64 string in
/// llama-tokenizer-js's source file.</summary>
public sealed class MoonshineVocabulary : ISpeechVocabulary
{
    public const int StartToken = 1, EndToken = 2;

    private const string Marker = "llama_vocab_base64 = \"";
    private const int Pieces = 32000;

    int ISpeechVocabulary.Count => Pieces;

    int ISpeechVocabulary.StartToken => StartToken;

    int ISpeechVocabulary.EndToken => EndToken;

    private readonly string[] _pieces;
    private readonly Dictionary<string, int> _tokens = [];

    /// <param name="path">The verified <c>moonshine-vocabulary</c> file.</param>
    /// <exception cref="InvalidDataException">The file holds no such vocabulary.</exception>
    public MoonshineVocabulary(string path)
    {
        string source = File.ReadAllText(path);
        int from = source.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length;
        int to = from < Marker.Length ? -1 : source.IndexOf('"', from);
        if (to < 0)
        {
            throw new InvalidDataException($"{path}: a string '{Marker}' expected, found none");
        }

        _pieces = Encoding.UTF8.GetString(Convert.FromBase64String(source[from..to])).Split('\n');
        if (_pieces.Length < Pieces)
        {
            throw new InvalidDataException($"{path}: {Pieces} pieces expected, got {_pieces.Length}");
        }

        for (int token = 3 + 256; token < Pieces; token++)
        {
            _tokens.TryAdd(_pieces[token], token);
        }
    }

    /// <summary>Cuts a text into the longest pieces there are, as the model writes a word that begins a text.</summary>
    /// <exception cref="ArgumentException">A character has no piece.</exception>
    public int[] Encode(string text) => SpeechPieces.Encode(text, _tokens);

    /// <summary>Joins pieces to text. Control tokens are skipped.</summary>
    public string Decode(IEnumerable<int> tokens) =>
        SpeechPieces.Join(tokens.Where(t => t is >= 3 and < Pieces).Select(t => _pieces[t])); // unknown, start, end; Moonshine's own marks lie above the vocabulary
}
