using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Speech;

public class SpeakableTextTests
{
    [Theory]
    [InlineData("Hello, world.", "Hello, world.")]
    [InlineData("  two \n\t spaces ", "two spaces")]
    [InlineData("It\u2019s 21\u00B0C \u2014 nice\u2026", "It's 21 degrees C , nice.")]
    [InlineData("\u201CCaf\u00E9\u201D & cr\u00E8me", "Cafe and creme")]
    [InlineData("**bold** <b>tag</b> `code`", "bold b tag /b code")]
    [InlineData("bell\u0007 null\0 end", "bell null end")]
    public void Text_becomes_what_the_voice_can_read(string text, string spoken) => Assert.Equal(spoken, SpeakableText.Clean(text));

    [Theory]
    [InlineData("")]
    [InlineData("... !? --")]
    [InlineData("\u4F60\u597D")]
    [InlineData("\uD83D\uDE00\uD83D\uDE00")]
    public void Text_without_a_word_is_nothing_to_say(string text) => Assert.Equal("", SpeakableText.Clean(text));

    [Fact]
    public void Too_long_text_is_cut_at_a_sentence()
    {
        string clean = SpeakableText.Clean(string.Concat(Enumerable.Repeat("This is one sentence. ", 100)));
        Assert.InRange(clean.Length, 900, SpeakableText.MaxCharacters);
        Assert.EndsWith("sentence.", clean);
    }

    [Fact]
    public void Endless_word_is_broken()
    {
        string clean = SpeakableText.Clean(new string('a', 5000));
        Assert.True(clean.Length <= SpeakableText.MaxCharacters);
        Assert.All(clean.Split(' '), word => Assert.True(word.Length <= 48));
    }

    [Fact]
    public void Pieces_hold_every_word_and_end_at_sentences()
    {
        string text = SpeakableText.Clean(string.Concat(Enumerable.Repeat("First, a clause; then the rest. ", 20)));
        string[] pieces = [.. SpeakableText.Pieces(text, 100)];
        Assert.Equal(text, string.Join(' ', pieces));
        Assert.All(pieces, piece => Assert.True(piece.Length <= 100 && piece.EndsWith('.'), piece));
    }
}
