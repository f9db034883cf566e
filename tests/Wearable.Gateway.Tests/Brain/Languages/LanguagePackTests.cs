using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Models;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Brain.Languages;

/// <summary>The skills in Chinese, and languages as data.</summary>
public sealed class LanguagePackTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 17, 5, 0, TimeSpan.Zero));
    private readonly SentCommands _sent = new();
    private readonly FixedHearts _hearts = new();
    private readonly Announcements _announced = new();
    private readonly string _data = Directory.CreateTempSubdirectory("wearable-language-").FullName;
    private readonly ServiceProvider _services;

    public LanguagePackTests()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IDeviceSender>(_sent);
        services.AddSingleton<IHeartHistory>(_hearts);
        services.AddSingleton<IAnnouncer>(_announced);
        services.AddSingleton(new GatewayOptions { DataFolder = _data, Language = "zh" });
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
    [InlineData("现在几点了？", "现在是下午五点零五分。")]
    [InlineData("今天星期几", "今天是十一月二十三日，星期一。")]
    [InlineData("今天几号？", "今天是十一月二十三日，星期一。")]
    [InlineData("我的心率是多少？", "你的心率是每分钟七十二次。 我不是医疗设备。")]
    [InlineData("计时五分钟", "好的，五分钟的计时开始了。")]
    [InlineData("定时两分半", "好的，两分钟三十秒的计时开始了。")]
    [InlineData("一个半小时后叫我", "好的，一小时三十分钟的计时开始了。")]
    [InlineData("计时10分钟。", "好的，十分钟的计时开始了。")]
    [InlineData("半小时以后提醒我", "好的，三十分钟的计时开始了。")]
    [InlineData("计时一百个小时", "我最多可以计时二十四小时。")]
    [InlineData("还剩多久？", "现在没有在计时。")]
    [InlineData("计时", "要多久？比如说：计时五分钟。")]
    [InlineData("大声一点", "音量现在是百分之八十五。")]
    [InlineData("小声点", "音量现在是百分之五十五。")]
    [InlineData("音量调到百分之四十", "音量现在是百分之四十。")]
    [InlineData("你是谁？", "我是这个小设备里的电脑程序，不是人。 我在家里工作，不用云端。")]
    [InlineData("谢谢你", "不客气。")]
    [InlineData("请记住我的小熊叫布鲁诺。", "好的，我记住了：我的小熊叫布鲁诺。")]
    [InlineData("世界上最高的山是什么", "这个我还不会。 我会报时间、日期和心率，会计时、调音量，也能记住一件事。故事、笑话和呼吸练习我目前只会用英语。")]
    public async Task Chinese_question_gets_a_chinese_answer(string question, string answer)
    {
        _hearts.Now = new HeartSample(_time.GetUtcNow(), 72, 90, "ok");
        Assert.Equal(answer, await AskAsync(question));
    }

    [Fact]
    public async Task Nothing_is_said_of_a_pulse_that_is_not_trusted()
    {
        Assert.Equal("我现在没有你的脉搏数据。", await AskAsync("我的心跳快吗"));
        _hearts.Now = new HeartSample(_time.GetUtcNow(), null, 10, "motion");
        Assert.Equal("你动得太厉害了，我测不到脉搏，请保持不动再问我。", await AskAsync("我的心跳快吗"));
    }

    [Fact]
    public async Task A_timer_rings_in_chinese()
    {
        await AskAsync("计时三分钟");
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("bear: 三分钟的计时到了。", Assert.Single(_announced.Texts));
    }

    [Fact]
    public async Task Memory_is_told_and_forgotten_and_not_kept_for_a_child()
    {
        await AskAsync("记住，我喜欢蓝色。");
        Assert.Equal("我记得：我喜欢蓝色。", await AskAsync("你记住了什么？"));
        Assert.Equal("我忘掉了一件事。", await AskAsync("都忘掉吧"));
        Assert.Equal("我不替小朋友记事情，大人可以打开这个功能。", await AskAsync("记住我喜欢蓝色", "cub"));
    }

    [Theory]
    [InlineData("一百零五", 105)]
    [InlineData("十五", 15)]
    [InlineData("二十", 20)]
    [InlineData("九十九", 99)]
    [InlineData("一百一十", 110)]
    [InlineData("零", 0)]
    public void Chinese_numbers_are_read_as_they_are_said(string words, int value)
    {
        SpokenForms forms = new(LanguagePack.Load("zh", _data).Skills!);
        Assert.Equal(value, forms.NumberIn(words));
        Assert.Equal(words, forms.Number(value));
    }

    // Every sentence the gateway itself says in Chinese passes its own rules for the youngest.
    [Fact]
    public void No_sentence_of_the_pack_is_refused_by_the_safety_rules()
    {
        SafetyGate gate = new(new SafetySettings(), _time);
        LanguagePack pack = LanguagePack.Load("zh", _data);
        IEnumerable<string> all = typeof(Sayings).GetProperties().Where(p => p.PropertyType == typeof(string)).Select(p => (string)p.GetValue(pack.Sayings)!)
            .Concat(pack.Skills!.Talk.SelectMany(t => t.Says)).Concat(pack.Skills.Heart.States.Values);
        Assert.All(all, sentence => Assert.Equal("ok", gate.CheckAnswer("cub", sentence).Code));
    }

    [Fact]
    public void A_language_of_ones_own_is_a_file_and_what_is_wrong_in_it_is_named()
    {
        Directory.CreateDirectory(Path.Combine(_data, "languages"));
        string own = Path.Combine(_data, "languages", "xx.json");
        using Stream built = typeof(LanguagePack).Assembly.GetManifestResourceStream("languages/zh.json")!;
        string zh = new StreamReader(built).ReadToEnd();
        File.WriteAllText(own, zh.Replace("\"askMe\": \"我在。", "\"askMe\": \"Hm. "));
        Assert.StartsWith("Hm. ", LanguagePack.Load("xx", _data).Sayings.AskMe);
        File.WriteAllText(own, zh.Replace("\"notCaught\"", "\"notCought\""));
        Assert.Contains("xx.json", Assert.Throws<ModelException>(() => LanguagePack.Load("xx", _data)).Message);
        File.WriteAllText(own, zh.Replace("\"一月\", ", ""));
        Assert.Contains("skills.clock.months: 12 names expected, got 11", Assert.Throws<ModelException>(() => LanguagePack.Load("xx", _data)).Message);
    }

    private async Task<string> AskAsync(string question, string device = "bear") =>
        (await _services.GetRequiredService<IChatClient>().GetResponseAsync([new ChatMessage(ChatRole.User, question)], BrainContext.Options(device, "t"))).Text.Replace("\n", " ").Trim();
}
