using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Brain;

/// <summary>The built-in brain: which skill answers, and what it says.</summary>
public sealed class SkillTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 17, 5, 0, TimeSpan.Zero));
    private readonly SentCommands _sent = new();
    private readonly FixedHearts _hearts = new();
    private readonly Announcements _announced = new();
    private readonly string _data = Directory.CreateTempSubdirectory("wearable-skills-").FullName;
    private readonly ServiceProvider _services;

    public SkillTests()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IDeviceSender>(_sent);
        services.AddSingleton<IHeartHistory>(_hearts);
        services.AddSingleton<IAnnouncer>(_announced);
        services.AddSingleton(new GatewayOptions { DataFolder = _data });
        services.AddSingleton(new SafetySettings { Standard = new DeviceSafety { Band = AgeBand.Adult }, Devices = new Dictionary<string, DeviceSafety> { ["cub"] = new() } });
        services.AddBrain();
        _services = services.BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Theory]
    [InlineData("what time is it?", "clock")]
    [InlineData("What's the time", "clock")]
    [InlineData("what day is it today", "clock")]
    [InlineData("What is today's date?", "clock")]
    [InlineData("tell me the time please", "clock")]
    [InlineData("What is my heart rate?", "heart")]
    [InlineData("computer, what is my heart's rate?", "heart")]
    [InlineData("what is my heart to rate", "heart")]
    [InlineData("how fast is my pulse", "heart")]
    [InlineData("what was my heart rate today", "heart")]
    [InlineData("how many beats per minute", "heart")]
    [InlineData("set a timer for five minutes", "timer")]
    [InlineData("Set a timer for 10 minutes.", "timer")]
    [InlineData("how much time is left on the timer", "timer")]
    [InlineData("now much time is left on the timer", "timer")]
    [InlineData("cancel the timer", "timer")]
    [InlineData("stop the timer", "timer")]
    [InlineData("speak louder", "volume")]
    [InlineData("volume fifty percent", "volume")]
    [InlineData("you are too loud", "volume")]
    [InlineData("turn it down", "volume")]
    [InlineData("remember that my bear is called Bruno", "memory")]
    [InlineData("what do you remember", "memory")]
    [InlineData("forget everything", "memory")]
    [InlineData("tell me a joke", "joke")]
    [InlineData("make me laugh", "joke")]
    [InlineData("ask me a riddle", "riddle")]
    [InlineData("tell me a story", "story")]
    [InlineData("a bedtime story please", "story")]
    [InlineData("breathe with me", "breathing")]
    [InlineData("help me calm down", "breathing")]
    [InlineData("I want to relax", "breathing")]
    [InlineData("repeat after me hello world", "repeat")]
    [InlineData("can you say that again", "repeat")]
    [InlineData("help", "help")]
    [InlineData("what can you do", "help")]
    [InlineData("who are you", "politeness")]
    [InlineData("are you human", "politeness")]
    [InlineData("hello", "politeness")]
    [InlineData("Thank you!", "politeness")]
    [InlineData("stop", "politeness")]
    [InlineData("never mind", "politeness")]
    [InlineData("goodbye", "politeness")]
    [InlineData("You ruin their lives? Hey, I'm an actor, not the lawyer.", "")]
    [InlineData("what is the capital of France", "")]
    [InlineData("who won the game", "")]
    [InlineData("", "")]
    public void The_right_skill_knows_the_question(string question, string skill) =>
        Assert.Equal(skill, Brain().Find(new Question(question), new SkillSession())?.Name ?? "");

    [Fact]
    public async Task What_no_skill_knows_is_said_plainly() =>
        Assert.StartsWith("I can not answer that yet.", await AskAsync("what is the capital of France"));

    [Fact]
    public async Task Time_is_spoken_in_words_of_the_owners_zone()
    {
        _time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2), "x", "x"));
        Assert.Equal("It is seven oh five in the evening.", await AskAsync("what time is it"));
        Assert.Equal("Today is Monday, November the twenty third.", await AskAsync("what day is it"));
    }

    [Theory]
    [InlineData("no_contact", "I can not feel your pulse. Please put your finger on the sensor.")]
    [InlineData("motion", "You are moving too much for me to feel your pulse. Hold still and ask me again.")]
    [InlineData("lost", "I lost your pulse, so I will not guess a number.")]
    [InlineData("sensor_error", "My pulse sensor does not answer.")]
    public async Task Without_a_trusted_pulse_no_number_is_said(string state, string answer)
    {
        _hearts.Now = new HeartSample(_time.GetUtcNow(), null, 0, state);
        Assert.Equal(answer, await AskAsync("what is my heart rate"));
    }

    [Fact]
    public async Task A_trusted_pulse_is_said_in_words()
    {
        _hearts.Now = new HeartSample(_time.GetUtcNow(), 71.6, 98, "ok");
        Assert.Equal("Your heart rate is seventy two beats per minute. I am not a medical device.", await AskAsync("what is my heart rate"));
    }

    [Fact]
    public async Task Without_any_measurement_there_is_no_number() =>
        Assert.Equal("I have no measurement of your pulse right now.", await AskAsync("what is my pulse"));

    [Fact]
    public async Task Breathing_follows_the_pulse_and_says_when_it_cannot()
    {
        Assert.StartsWith("I can not feel your pulse, so I will count calm seconds. Breathe in, for four seconds.", await AskAsync("breathe with me"));
        _hearts.Now = new HeartSample(_time.GetUtcNow(), 60, 98, "ok");
        Assert.StartsWith("I will follow your pulse. Breathe in, for four seconds. And out, for six seconds.", await AskAsync("breathe with me"));
        _hearts.Now = new HeartSample(_time.GetUtcNow(), 100, 98, "ok");
        Assert.StartsWith("I will follow your pulse. Breathe in, for two seconds. And out, for four seconds.", await AskAsync("breathe with me"));
    }

    [Fact]
    public async Task A_timer_rings_once_when_its_time_has_come()
    {
        Assert.Equal("Your timer of ten minutes is running.", await AskAsync("set a timer for ten minutes"));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("There are eight minutes and fifty nine seconds left.", await AskAsync("how much time is left"));
        Assert.Empty(_announced.Texts);
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(["bear: Your timer of ten minutes is done."], _announced.Texts);
        Assert.Equal("There is no timer running.", await AskAsync("how much time is left"));
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_ring()
    {
        await AskAsync("set a timer for one hour and thirty minutes");
        Assert.Equal("Your timer is cancelled.", await AskAsync("cancel the timer"));
        _time.Advance(TimeSpan.FromHours(3));
        Assert.Empty(_announced.Texts);
    }

    [Fact]
    public async Task Timers_are_bounded()
    {
        for (int i = 0; i < TimerService.MaxPerDevice; i++)
        {
            await AskAsync("set a timer for five minutes");
        }

        Assert.Equal("Five timers are running already, that is all I can keep.", await AskAsync("set a timer for five minutes"));
    }

    [Fact]
    public async Task Facts_are_kept_told_and_forgotten_for_one_wearable_alone()
    {
        Assert.Equal("I will remember that my bear is called Bruno.", await AskAsync("remember that my bear is called Bruno."));
        Assert.Equal("I remember one thing. my bear is called Bruno.", await AskAsync("what do you remember"));
        Assert.StartsWith("I remember nothing.", await AskAsync("what do you remember", "other"));
        Assert.Equal("I do not keep things for children. A grown up can allow it.", await AskAsync("remember that my bear is called Bruno.", "cub"));
        Assert.StartsWith("I remember nothing.", await AskAsync("what do you remember", "cub"));
        Assert.Equal("I forgot one thing.", await AskAsync("forget everything"));
        Assert.StartsWith("I remember nothing.", await AskAsync("what do you remember"));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        FactMemory memory = _services.GetRequiredService<FactMemory>();
        for (int i = 0; i < FactMemory.MaxFacts + 5; i++)
        {
            memory.Add("bear", $"fact {i} " + new string('x', 500));
        }

        Assert.Equal(FactMemory.MaxFacts, memory.Of("bear").Count);
        Assert.StartsWith("fact 5 ", memory.Of("bear")[0]);
        Assert.All(memory.Of("bear"), f => Assert.Equal(FactMemory.MaxFactChars, f.Length));
    }

    [Fact]
    public void A_damaged_memory_file_counts_as_empty()
    {
        FactMemory memory = _services.GetRequiredService<FactMemory>();
        memory.Add("bear", "a");
        File.WriteAllText(Path.Combine(_data, "memory", "bear.json"), "{\"half");
        Assert.Empty(memory.Of("bear"));
    }

    [Fact]
    public async Task Volume_is_sent_to_the_wearable_within_its_range()
    {
        Assert.Equal("My volume is now eighty five percent.", await AskAsync("speak louder"));
        Assert.Equal("My volume is now one hundred percent.", await AskAsync("louder"));
        Assert.Equal("My volume is now one hundred percent.", await AskAsync("louder"));
        Assert.Equal("My volume is now thirty percent.", await AskAsync("volume thirty percent"));
        Assert.Equal(["bear volume 85", "bear volume 100", "bear volume 100", "bear volume 30"], _sent.Lines);
    }

    [Fact]
    public async Task A_riddle_waits_for_its_answer()
    {
        Assert.StartsWith("What has hands but can not clap?", await AskAsync("ask me a riddle"));
        Assert.Equal("That is right! A clock.", await AskAsync("is it a clock"));
        Assert.Equal("", Brain().Find(new Question("is it a clock"), new SkillSession())?.Name ?? "");
    }

    [Fact]
    public async Task It_repeats_what_was_said()
    {
        Assert.Equal("hello little world.", await AskAsync("repeat after me, hello little world"));
        Assert.Equal("hello little world.", await AskAsync("say that again"));
    }

    [Theory]
    [InlineData(0, "zero")]
    [InlineData(19, "nineteen")]
    [InlineData(72, "seventy two")]
    [InlineData(100, "one hundred")]
    [InlineData(145, "one hundred and forty five")]
    public void Numbers_are_words(int value, string words) => Assert.Equal(words, SpokenNumber.Words(value));

    private SkillsChatClient Brain() => _services.GetRequiredService<SkillsChatClient>();

    private async Task<string> AskAsync(string question, string device = "bear")
    {
        ChatResponse response = await Brain().GetResponseAsync([new ChatMessage(ChatRole.User, question)], BrainContext.Options(device, "t-1"));
        return response.Text.Replace("\n", " ").Trim();
    }
}
