using System.Text;

namespace Wearable.Gateway.Speech;

/// <summary>
/// Letters and their accents one behind the other (NFD), as voices number them. A table of its own for European letters: where the system has no ICU,
/// Normalize leaves everything but ASCII as it is.
/// </summary>
internal static class Decomposed
{
    // The mark, then pairs of a letter with and without it.
    private static readonly string[] Groups =
    [
        "\u0300àaèeìiòoùuǹn", "\u0301áaéeíióoúuýyćcńnśsźzŕrĺl", "\u0302âaêeîiôoûuŵwŷyĉcĝgĥhĵjŝs", "\u0303ãañnõoĩiũu", "\u0304āaēeīiōoūu",
        "\u0306ăağgĕeĭiŏoŭu", "\u0307ċcėeġgżz", "\u0308äaëeïiöoüuÿy", "\u030Aåaůu", "\u030Bőoűu", "\u030Cčcďděeňnřršsťtžzǎaǐiǒoǔu", "\u0327çcģgķkļlņnşsţt",
        "\u0328ąaęeįiųu", "\u031Bơoưu", "\u0326șsțt",
    ];

    private static readonly Dictionary<char, string> Parts = Groups
        .SelectMany(g => Enumerable.Range(0, g.Length / 2).Select(i => (Whole: g[1 + (2 * i)], Parts: $"{g[2 + (2 * i)]}{g[0]}")))
        .ToDictionary(p => p.Whole, p => p.Parts);

    /// <summary>The text, lower case letters taken apart.</summary>
    public static string Of(string text)
    {
        StringBuilder parts = new(text.Length + 8);
        foreach (char c in text.Normalize(NormalizationForm.FormD))
        {
            parts.Append(Parts.TryGetValue(c, out string? two) ? two : c.ToString());
        }

        return parts.ToString();
    }
}
