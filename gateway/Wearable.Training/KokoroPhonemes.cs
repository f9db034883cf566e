using System.Text;
using Wearable.Gateway.Speech;

namespace Wearable.Training;

/// <summary>
/// Text in the alphabet of <see cref="KokoroVoices"/>: IPA from espeak-ng, its diphthongs as one letter (the voices were trained so), read with an accent.
/// The accents are rules of thumb for how people with another first language say English, so that a word is not learned from Americans alone.
/// </summary>
public sealed class KokoroPhonemes
{
    // What the voices were trained with, of what espeak-ng writes.
    private static readonly (string From, string To)[] Alphabet =
    [
        ("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("oʊ", "O"), ("əʊ", "Q"), ("ɔɪ", "Y"), ("dʒ", "ʤ"), ("tʃ", "ʧ"),
        ("ɚ", "əɹ"), ("ɜː", "ɜɹ"), ("ɜɹɹ", "ɜɹ"), ("r", "ɹ"), ("x", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("ɾ", "T"), ("ʔ", "t"), ("o", "ɔ"), ("ː", ""),
    ];

    /// <summary>Accents; the first two leave the sounds as they are.</summary>
    private static readonly (string Name, string Voice, (string From, string To)[] Changes)[] Accents =
    [
        ("american", "en-us", []),
        ("british", "en-gb", []),
        ("full vowels", "en-us", [("ə", "ɑ"), ("ɑɹ", "əɹ"), ("T", "t")]),
        ("careful", "en-us", [("T", "t"), ("əɹ", "ɜɹ")]),
        ("indian", "en-gb", [("t", "ʈ"), ("T", "ʈ"), ("d", "ɖ"), ("v", "ʋ"), ("w", "ʋ"), ("O", "o"), ("Q", "o"), ("A", "e"), ("æ", "ɛ")]),
        ("indian, rolled", "en-us", [("əɹ", "əɾ"), ("ɹ", "ɾ"), ("T", "ʈ"), ("t", "ʈ"), ("ʌ", "a"), ("O", "o"), ("A", "e")]),
        ("spanish", "en-us", [("əɹ", "eɾ"), ("ə", "o"), ("ɹ", "ɾ"), ("T", "t"), ("ɪ", "i"), ("ʊ", "u"), ("ʌ", "a"), ("æ", "a"), ("v", "b"), ("z", "s")]),
        ("french", "en-us", [("əɹ", "œʁ"), ("ə", "ɔ"), ("ɹ", "ʁ"), ("T", "t"), ("ɪ", "i"), ("h", ""), ("æ", "a"), ("ð", "z"), ("θ", "s")]),
        ("german", "en-gb", [("ə", "ɔ"), ("T", "t"), ("w", "v"), ("æ", "ɛ"), ("ð", "z"), ("θ", "s"), ("ɹ", "ʁ")]),
        ("slavic", "en-us", [("əɹ", "ɛɾ"), ("ə", "ɔ"), ("ɹ", "ɾ"), ("T", "t"), ("ɪ", "i"), ("w", "v"), ("æ", "ɛ"), ("h", "x")]),
        ("chinese", "en-gb", [("T", "t"), ("ð", "z"), ("θ", "s"), ("v", "w"), ("æ", "a"), ("ɪ", "i")]),
    ];

    private readonly Dictionary<string, EspeakPhonemes> _readers = [];
    private readonly Dictionary<(string, string), string> _read = [];

    /// <summary>How many accents there are; the first is American, the second British.</summary>
    public static int Count => Accents.Length;

    /// <summary>Name of an accent.</summary>
    public static string NameOf(int accent) => Accents[accent].Name;

    /// <summary>Reads a text.</summary>
    /// <param name="text">English words.</param>
    /// <param name="accent">0 to <see cref="Count"/> - 1; 0 is American.</param>
    /// <exception cref="Gateway.Models.ModelException">espeak-ng is not installed.</exception>
    public string Of(string text, int accent)
    {
        string voice = Accents[accent].Voice;
        if (!_read.TryGetValue((voice, text), out string? ipa))
        {
            if (!_readers.TryGetValue(voice, out EspeakPhonemes? reader))
            {
                _readers[voice] = reader = EspeakPhonemes.Find(voice, "hello");
            }

            _read[(voice, text)] = ipa = reader.Of(text);
        }

        return Respell(ipa, accent);
    }

    /// <summary>What espeak-ng wrote, in the voices' alphabet and with an accent.</summary>
    public static string Respell(string ipa, int accent)
    {
        StringBuilder sounds = new(ipa);
        foreach ((string from, string to) in Alphabet.Concat(Accents[accent].Changes))
        {
            sounds.Replace(from, to);
        }

        return sounds.ToString();
    }
}
