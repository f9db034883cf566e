using Wearable.Contract;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Workloads;

namespace Wearable.EndToEnd.Tests;

/// <summary>The whole device at the planned speed of the chip, woken by the spoken word, in virtual time.</summary>
public sealed class ChipTimeTests
{
    [Theory]
    [InlineData("rms", AudioCodec.Pcm16At16k)]
    [InlineData("awb", AudioCodec.ImaAdpcmAt16k)]
    public async Task A_spoken_word_wakes_it_in_time_and_nothing_is_lost_through_stream_answer_and_a_moving_pulse(string voice, int codec)
    {
        ModelFiles models = await new ModelStore(new ModelStoreOptions()).EnsureAsync();
        using FliteTextToSpeech speech = new(models.PathOf("flite"), models.CompiledFolder);
        short[] word = await SayAsync(speech, voice, "computer.");
        short[] question = await SayAsync(speech, voice, "what time is it, and what day is it today?");
        using WorkloadMeter meter = new(AppContext.BaseDirectory);

        ClockedResult result = meter.Converse(new ClockedScript(2_000_000, codec, word, question) { Turns = 3 });

        Assert.Equal((0, 0), (result.Load.Overruns, result.Load.AnswerGaps));
        Assert.InRange(result.Load.WorstPassMs, 5, 150);
        Assert.Equal(3, result.Turns);
        Assert.Equal(3, result.Wakes);
        Assert.NotEmpty(result.Load.WakeDelaysMs);
        Assert.All(result.Load.WakeDelaysMs, ms => Assert.InRange(ms, 0, 600));
        Assert.Equal((result.SentDownMs, 0), (result.PlayedMs, result.MissingUp));
        Assert.Equal(result.Commands, result.Acknowledged);
        Assert.Empty(result.Faults);
    }

    private static async Task<short[]> SayAsync(FliteTextToSpeech speech, string voice, string text)
    {
        SpokenText spoken = await speech.SpeakAsync(text, new SpeakingStyle(voice));
        Assert.Equal(SpokenOutcome.Spoken, spoken.Outcome);
        return spoken.Samples;
    }
}
