using Wearable.Simulator.CommandLine;

namespace Wearable.EndToEnd.Tests;

/// <summary>A spoken wake word and question on a wearable whose computing takes the time it takes the chip, the hand moving meanwhile.</summary>
public sealed class ChipSpeedTests
{
    [Fact]
    public async Task The_word_is_heard_and_the_question_answered_at_two_million_instructions_a_second()
    {
        await using House house = await House.StartAsync();
        StringWriter output = new(), errors = new();
        int exit = await ChipRun.RunAsync(
            [
                "--broker", $"127.0.0.1:{house.Demo.Ports.Mqtt}", "--gateway", $"http://127.0.0.1:{house.Demo.Ports.Http}", "--id", "chip-1",
                "--say", "computer, what time is it", "--motion", "--chip-speed", "2000000",
            ],
            output,
            errors);
        Assert.Equal(("", 0), (errors.ToString(), exit));
        string told = output.ToString();
        Assert.Contains("woke: \"computer\"", told);
        Assert.Matches("answer: [1-9][0-9]+ ms of sound, first sound [0-9]+ ms after end of speech", told);
        Assert.Matches("chip at 2000000 IL/s: [0-9]+ passes, load [1-9][0-9] %", told);
    }
}
