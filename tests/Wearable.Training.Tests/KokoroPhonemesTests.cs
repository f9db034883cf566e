namespace Wearable.Training.Tests;

/// <summary>What espeak-ng writes, as the neural voices read it, and how others than Americans say it.</summary>
public class KokoroPhonemesTests
{
    [Theory]
    [InlineData("kəmpjˈuːɾɚ", "american", "kəmpjˈuTəɹ")]
    [InlineData("kəmpjˈuːtə", "british", "kəmpjˈutə")]
    [InlineData("kəmpjˈuːɾɚ", "spanish", "kompjˈuteɾ")]
    [InlineData("kəmpjˈuːɾɚ", "french", "kɔmpjˈutœʁ")]
    [InlineData("kəmpjˈuːɾɚ", "full vowels", "kɑmpjˈutəɹ")]
    [InlineData("wˌʌt tˈaɪm", "american", "wˌʌt tˈIm")]
    [InlineData("vjˈuː ɡlˈas", "indian", "ʋjˈu ɡlˈas")]
    public void A_word_is_spelled_as_the_voices_read_it(string ipa, string accent, string wanted)
    {
        int which = Enumerable.Range(0, KokoroPhonemes.Count).Single(i => KokoroPhonemes.NameOf(i) == accent);
        Assert.Equal(wanted, KokoroPhonemes.Respell(ipa, which));
    }

    [Fact]
    public void Accents_have_names_of_their_own() =>
        Assert.Equal(KokoroPhonemes.Count, Enumerable.Range(0, KokoroPhonemes.Count).Select(KokoroPhonemes.NameOf).Distinct().Count());
}
