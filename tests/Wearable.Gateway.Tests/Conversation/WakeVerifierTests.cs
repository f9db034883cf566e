using Wearable.Gateway.Conversation;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Conversation;

public sealed class WakeVerifierTests
{
    [Theory]
    [InlineData("computer", 60, -7.1, true)]
    [InlineData("computer", 60, -7.3, false)]
    [InlineData("computer", 90, -13.1, true)] // the surer device needs less
    [InlineData("view glass", 60, -13.9, true)] // two words in a row are rare by chance
    [InlineData("view glass", 60, -14.1, false)]
    [InlineData("one two three four", 60, -13.9, true)] // and never cheaper than that
    [InlineData("one two three four", 60, -14.1, false)]
    public async Task The_word_must_be_probable_for_what_the_device_was_sure_of(string word, int score, double logProbability, bool confirmed)
    {
        WakeVerifier verifier = new(new Scorer(word, logProbability), new WakeClaim(word, score, 50, 900));
        WakeOpinion opinion = await verifier.JudgeAsync(new short[16000], CancellationToken.None);
        Assert.Equal((confirmed, logProbability), (opinion.Confirmed, opinion.LogProbability));
    }

    [Fact]
    public async Task No_sound_confirms_nothing() =>
        Assert.False((await new WakeVerifier(new Scorer("computer", 0), new WakeClaim("computer", 99, 50, 900)).JudgeAsync(Array.Empty<short>(), CancellationToken.None)).Confirmed);

    private sealed class Scorer(string word, double logProbability) : IWordScorer
    {
        public Task<double> ScoreAsync(ReadOnlyMemory<short> samples, string asked, CancellationToken cancellation = default)
        {
            Assert.Equal(word, asked);
            return Task.FromResult(logProbability);
        }
    }
}
