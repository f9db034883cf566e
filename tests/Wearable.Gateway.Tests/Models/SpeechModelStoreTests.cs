using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Speech.Languages;

namespace Wearable.Gateway.Tests.Models;

/// <summary>Pulling speech models and voices by name from a hub of our own over real HTTP, laid out as the real one.</summary>
public sealed class SpeechModelStoreTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-pull-speech-").FullName;
    private readonly List<string> _said = [];
    private readonly HttpClient _http = new();
    private readonly WebApplication _hub;

    public SpeechModelStoreTests()
    {
        SenseVoiceGraph.Write(Directory.CreateDirectory(Hub(SpeechModels.Find("speech-zh"))).FullName);
        File.Move(Path.Combine(Hub(SpeechModels.Find("speech-zh")), "model.onnx"), Path.Combine(Hub(SpeechModels.Find("speech-zh")), "model.int8.onnx"));
        SpeechModel voice = SpeechModels.Find("piper:xx_XX-tones-low");
        PiperVoiceFiles.Write(Directory.CreateDirectory(Hub(voice)).FullName);
        File.WriteAllText(Path.Combine(Hub(voice), "MODEL_CARD"), "not wanted");

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        _hub = builder.Build();
        _hub.MapGet("/api/models/{owner}/{name}/tree/main/{**folder}", (string owner, string name, string? folder) => List(Path.Combine(owner, name), folder ?? ""));
        _hub.MapGet("/{owner}/{name}/resolve/main/{**path}", (string owner, string name, string path) => Results.File(Path.Combine(_folder, "hub", owner, name, path)));
    }

    public async ValueTask InitializeAsync() => await _hub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Pulled_speech_model_and_voice_are_verified_found_by_their_names_and_load()
    {
        string speech = await Store().PullAsync("speech-zh", default), voice = await Store().PullAsync("piper:xx_XX-tones-low", default);
        Assert.Equal([voice, speech], Store().All);
        Assert.Contains("2 files as pulled from speech-zh, a SenseVoice speech model", await Store().VerifyAsync("speech-zh", default));
        Assert.Contains("2 files as pulled from piper:xx_XX-tones-low, a Piper voice", await Store().VerifyAsync("piper:xx_XX-tones-low", default));
        Assert.Contains("Licence: FunASR", _said[0]);
        Assert.False(File.Exists(Path.Combine(voice, "MODEL_CARD")));

        GatewayOptions options = new() { Language = "zh", Voice = "piper:xx_XX-tones-low", DataFolder = _folder };
        SpeechOptions engines = LanguageChoice.Of(options, Path.Combine(_folder, "pulled"));
        Assert.Equal((speech, voice, "zh", "你好"), (engines.SpeechFolder, engines.VoiceFolder, engines.Language, engines.Sample));
        ((IDisposable)SpeechFolder.Load(engines.SpeechFolder!, "zh", 1)).Dispose();
        PiperTextToSpeech.Load(engines.VoiceFolder!, engines.Sample, 1).Dispose();
    }

    [Fact]
    public async Task A_damaged_file_is_named()
    {
        string speech = await Store().PullAsync("speech-zh", default);
        await File.AppendAllTextAsync(Path.Combine(speech, "tokens.txt"), "x 99\n");
        Assert.Contains("tokens.txt is damaged", (await Assert.ThrowsAsync<ModelException>(() => Store().VerifyAsync("speech-zh", default))).Message);
    }

    [Fact]
    public async Task What_the_hub_does_not_have_is_named_with_what_it_has()
    {
        string voice = Hub(SpeechModels.Find("piper:xx_XX-tones-low"));
        File.Delete(Directory.GetFiles(voice, "*.json").Single());
        string message = (await Assert.ThrowsAsync<ModelException>(() => Store().PullAsync("piper:xx_XX-tones-low", default))).Message;
        Assert.Contains("rhasspy/piper-voices has no xx/xx_XX/tones/low/xx_XX-tones-low.onnx.json, it has", message);
        Assert.Contains("answered 404", (await Assert.ThrowsAsync<ModelException>(() => Store().PullAsync("moonshine:tiny-ja", default))).Message);
        Assert.Contains("speech-zh", (await Assert.ThrowsAsync<ModelException>(() => Store().PullAsync("voice-tlh", default))).Message);
    }

    [Fact]
    public void A_language_without_ears_or_texts_says_how_to_get_them()
    {
        string none = Path.Combine(_folder, "none");
        GatewayOptions chinese = new() { Language = "zh", DataFolder = _folder };
        Assert.Equal("--language zh: no speech model of it is here; pull one with 'models pull speech-zh', or give a folder with --speech.", Problem(chinese));
        Assert.Equal("--language zh: no voice of it is here; pull one with 'models pull voice-zh', or give a folder with --voice.", Problem(chinese with { SpeechModel = _folder }));
        Assert.Contains("--language tlh: one of en, zh expected", Problem(chinese with { Language = "tlh" }));
        Assert.Contains("--voice nowhere: no such folder", Problem(new GatewayOptions { Voice = "nowhere" }));
        SpeechOptions english = LanguageChoice.Of(new GatewayOptions(), none);
        Assert.Equal((null, null, "en"), (english.SpeechFolder, english.VoiceFolder, english.Language));

        string Problem(GatewayOptions options) => Assert.Throws<ModelException>(() => LanguageChoice.Of(options, none)).Message;
    }

    private string Hub(SpeechModel model) => Path.Combine(_folder, "hub", model.Repository, model.Folder);

    private IResult List(string repository, string folder)
    {
        string root = Path.Combine(_folder, "hub", repository);
        return !Directory.Exists(root)
            ? Results.NotFound()
            : Results.Text(
                JsonSerializer.Serialize(Directory.GetFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories).Select(f => new
                {
                    type = "file",
                    path = Path.GetRelativePath(root, f),
                    size = new FileInfo(f).Length,
                    lfs = f.EndsWith(".onnx", StringComparison.Ordinal) ? new { size = new FileInfo(f).Length, oid = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))) } : null,
                })),
                "application/json");
    }

    private SpeechModelStore Store() => new(
        Path.Combine(_folder, "pulled"), _http, _said.Add, new Uri(_hub.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
}
