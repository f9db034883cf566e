namespace Wearable.Gateway.Speech;

/// <summary>Brings text of any language into what a voice can read: letters, digits and the signs of a sentence.</summary>
public static class VoiceText
{
    private const string Signs = ".,!?;:'’-%…。，！？；：、“”\"()";
    private const string Ends = ".!?。！？…", Pauses = ",;:，；：、";

    /// <summary>The text without markup and control characters, one space between words; empty when nothing can be said.</summary>
    public static string Clean(string text)
    {
        string plain = string.Concat(text.Take(2 * SpeakableText.MaxCharacters).Select(c => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark || Signs.Contains(c) ? c : ' '));
        string clean = string.Join(' ', plain.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return !clean.Any(char.IsLetterOrDigit) ? "" : clean.Length <= SpeakableText.MaxCharacters ? clean : clean[..SpeakableText.MaxCharacters];
    }

    /// <summary>Sentences, each with its sign; one without an end within the limit is cut at a pause, else where it is.</summary>
    public static IEnumerable<string> Sentences(string clean, int maxCharacters)
    {
        int from = 0, pause = -1;
        for (int i = 0; i < clean.Length; i++)
        {
            // A point between digits ("3.5") ends nothing.
            bool inside = clean[i] is '.' or ',' or ':' && i > 0 && i + 1 < clean.Length && char.IsDigit(clean[i - 1]) && char.IsDigit(clean[i + 1]);
            pause = !inside && (Pauses.Contains(clean[i]) || clean[i] == ' ') ? i : pause;
            bool full = i - from + 1 >= maxCharacters;
            if ((!inside && Ends.Contains(clean[i])) || full || i == clean.Length - 1)
            {
                int to = full && pause > from && i < clean.Length - 1 ? pause : i;
                string sentence = clean[from..(to + 1)].Trim();
                if (sentence.Any(char.IsLetterOrDigit))
                {
                    yield return sentence;
                }

                from = to + 1;
            }
        }

        if (clean[from..].Any(char.IsLetterOrDigit))
        {
            yield return clean[from..].Trim();
        }
    }

    /// <summary>Parts of a sentence with the ASCII sign that closes each; a space where none does.</summary>
    public static IEnumerable<(string Words, char Sign)> Clauses(string sentence)
    {
        int from = 0;
        for (int i = 0; i <= sentence.Length; i++)
        {
            bool inside = i < sentence.Length && i > 0 && i + 1 < sentence.Length && char.IsDigit(sentence[i - 1]) && char.IsDigit(sentence[i + 1]);
            if (i == sentence.Length || (!inside && (Ends.Contains(sentence[i]) || Pauses.Contains(sentence[i]))))
            {
                string words = sentence[from..i].Trim();
                if (words.Any(char.IsLetterOrDigit))
                {
                    yield return (words, i == sentence.Length ? ' ' : Ascii(sentence[i]));
                }

                from = i + 1;
            }
        }
    }

    private static char Ascii(char sign) => sign switch
    {
        '。' or '…' => '.',
        '，' or '、' => ',',
        '！' => '!',
        '？' => '?',
        '；' => ';',
        '：' => ':',
        _ => sign,
    };
}
