using Wearable.Firmware.Voice;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Models;

namespace Wearable.Gateway.Tests.Conversation;

/// <summary>The device's teachers, on the voices the gateway itself speaks with.</summary>
public sealed class WakeTeachersTests
{
    private readonly WakeTeachers _teachers = WakeTeachers.Shipped();

    [Fact]
    public void They_know_every_word_of_the_shipped_model() => Assert.All(WakeModelShipped.Create().Words, word => Assert.True(_teachers.Know(word)));

    [Theory]
    [InlineData("computer", "awb")]
    [InlineData("computer", "rms")]
    [InlineData("computer", "slt")]
    [InlineData("view glass", "awb")]
    [InlineData("view glass", "rms")]
    [InlineData("view glass", "slt")]
    public async Task A_word_is_heard_far_above_one_that_sounds_alike(string word, string voice)
    {
        double said = _teachers.OddsOf(await SayAsync(word, voice), word);
        double other = _teachers.OddsOf(await SayAsync("come over", voice), word);
        Assert.True(said > 3 && other < said - 3, $"{word} {said:0.0}, come over {other:0.0}");
    }

    [Fact]
    public async Task They_answer_several_at_once_as_they_answer_one()
    {
        short[] sound = await SayAsync("computer", "slt");
        double alone = _teachers.OddsOf(sound, "computer");
        double[] together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _teachers.OddsOf(sound, "computer"))));
        Assert.All(together, odds => Assert.Equal(alone, odds));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(320)]
    [InlineData(2559)]
    public void In_too_little_sound_there_is_no_word(int samples) => Assert.InRange(_teachers.OddsOf(new short[samples], "computer"), -8, -7.9);

    [Fact]
    public void A_word_they_were_not_taught_is_refused_by_name()
    {
        Assert.False(_teachers.Know("hello bear"));
        ArgumentException e = Assert.Throws<ArgumentException>(() => _teachers.OddsOf(new short[16000], "hello bear"));
        Assert.Equal("wake word \"hello bear\": the teachers know \"computer\", \"view glass\"", e.Message);
        Assert.False(new WakeTeachers([]).Know("computer"));
    }

    private static async Task<short[]> SayAsync(string words, string voice) =>
        [.. new short[3200], .. (await (await TestModels.Engines).TextToSpeech.SpeakAsync(words, new SpeakingStyle(voice))).Samples, .. new short[3200]];
}
