using Wearable.Gateway.Conversation;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Models;

namespace Wearable.Gateway.Tests.Conversation;

public sealed class WakeVerifierTests
{
    private const int Ms = SpeechFormat.SamplesPerMs;

    private readonly WakeTeachers _teachers = WakeTeachers.Shipped();

    [Theory]
    [InlineData("computer", 60, -7.7, true)]
    [InlineData("computer", 60, -7.9, false)]
    [InlineData("computer", 90, -16.7, true)] // the surer device needs less
    [InlineData("view glass", 60, -19.5, true)] // two words in a row are rare by chance
    [InlineData("view glass", 60, -19.7, false)]
    [InlineData("one two three four", 60, -19.5, true)] // and never cheaper than that
    [InlineData("one two three four", 60, -19.7, false)]
    public async Task The_word_must_be_probable_for_what_the_device_was_sure_of(string word, int score, double logProbability, bool confirmed)
    {
        WakeVerifier verifier = new(new Scorer(word, _ => logProbability), new WakeClaim(word, score, 50, 900));
        WakeOpinion opinion = await verifier.JudgeAsync(new short[1050 * Ms], CancellationToken.None);
        Assert.Equal((confirmed, logProbability), (opinion.Confirmed, opinion.LogProbability));
    }

    [Fact]
    public async Task A_word_is_looked_for_in_a_wide_and_a_narrow_cut_and_the_mean_probability_counts()
    {
        // Woke at 900 ms: the wide cut is all 1,050 ms, the narrow one lies from 150 to 1,000 ms.
        Scorer scorer = new("computer", samples => samples == 1050 * Ms ? -13 : -1);
        WakeOpinion opinion = await new WakeVerifier(scorer, new WakeClaim("computer", 60, 50, 900)).JudgeAsync(new short[1050 * Ms], CancellationToken.None);
        Assert.Equal([1050 * Ms, 850 * Ms], scorer.Asked);
        Assert.Equal(-1 - Math.Log(2), opinion.LogProbability, 0.001);
        Assert.True(opinion.Confirmed);
    }

    [Fact]
    public async Task The_narrow_cut_ends_where_the_sound_ends()
    {
        Scorer scorer = new("computer", _ => -1);
        await new WakeVerifier(scorer, new WakeClaim("computer", 60, 50, 900)).JudgeAsync(new short[500 * Ms], CancellationToken.None);
        await new WakeVerifier(scorer, new WakeClaim("computer", 60, 50, 900)).JudgeAsync(new short[100 * Ms], CancellationToken.None);
        Assert.Equal([500 * Ms, 350 * Ms, 100 * Ms], scorer.Asked); // and is left out where nothing of it is there
    }

    [Fact]
    public async Task Teachers_that_hear_the_word_make_up_for_a_doubtful_speech_model_and_the_other_way_round()
    {
        short[] word = [.. new short[3200], .. (await (await TestModels.Engines).TextToSpeech.SpeakAsync("computer", new SpeakingStyle("slt"))).Samples, .. new short[3200]];
        Assert.Equal((false, true, true, false), (await ConfirmsAsync(null, word, -8), await ConfirmsAsync(_teachers, word, -8), await ConfirmsAsync(null, new short[16000], -5), await ConfirmsAsync(_teachers, new short[16000], -5)));
    }

    [Fact]
    public async Task Of_a_word_they_were_not_taught_the_teachers_are_not_asked() => Assert.True(await ConfirmsAsync(_teachers, new short[16000], -5, "hello"));

    [Fact]
    public async Task A_phrase_needs_the_whole_cut()
    {
        Scorer scorer = new("view glass", _ => -1);
        await new WakeVerifier(scorer, new WakeClaim("view glass", 60, 50, 900)).JudgeAsync(new short[1050 * Ms], CancellationToken.None);
        Assert.Equal([1050 * Ms], scorer.Asked);
    }

    [Theory]
    [InlineData(-0.01, false, false)]
    [InlineData(0, true, true)]
    [InlineData(4.49, true, true)]
    [InlineData(4.5, true, false)]
    public void A_small_margin_confirms_barely(double margin, bool confirmed, bool barely) =>
        Assert.Equal((confirmed, barely), (new WakeOpinion(margin, -1).Confirmed, new WakeOpinion(margin, -1).Barely));

    [Fact]
    public async Task No_sound_confirms_nothing() =>
        Assert.False((await new WakeVerifier(new Scorer("computer", _ => 0), new WakeClaim("computer", 99, 50, 900)).JudgeAsync(Array.Empty<short>(), CancellationToken.None)).Confirmed);

    private static async Task<bool> ConfirmsAsync(WakeTeachers? teachers, short[] sound, double logProbability, string word = "computer") =>
        (await new WakeVerifier(new Scorer(word, _ => logProbability), new WakeClaim(word, 60, 50, 1000), teachers).JudgeAsync(sound, CancellationToken.None)).Confirmed;

    private sealed class Scorer(string word, Func<int, double> logProbability) : IWordScorer
    {
        public List<int> Asked { get; } = [];

        public Task<double> ScoreAsync(ReadOnlyMemory<short> samples, string asked, CancellationToken cancellation = default)
        {
            Assert.Equal(word, asked);
            Asked.Add(samples.Length);
            return Task.FromResult(logProbability(samples.Length));
        }
    }
}
