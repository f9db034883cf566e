using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Models;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Models;

/// <summary>Pulling from a hub of our own over real HTTP.</summary>
public sealed class LanguageModelStoreTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-pull-").FullName;
    private readonly List<string> _said = [];
    private readonly List<string> _requests = [];
    private readonly HttpClient _http = new();
    private readonly WebApplication _hub;
    private long _breakAfter = long.MaxValue;
    private bool _damages;

    public LanguageModelStoreTests()
    {
        Directory.CreateDirectory(Path.Combine(Source, "onnx"));
        TinyModel.Write(Source, DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, 1), new GraphOptions { InsideBytes = 4000 });
        foreach (string file in new[] { "model.onnx", "model.onnx_data" })
        {
            File.Copy(Path.Combine(Source, file), Path.Combine(Source, "onnx", file));
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        _hub = builder.Build();
        _hub.MapGet("/api/models/owner/tiny/tree/main", () => Results.Text(Listing(), "application/json"));
        _hub.MapGet("/owner/tiny/resolve/main/{**path}", ServeAsync);
    }

    private string Source => Path.Combine(_folder, "source");

    private string Target => Path.Combine(_folder, "pulled", "owner--tiny");

    public async ValueTask InitializeAsync() => await _hub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Pulled_model_is_whole_verified_and_can_be_loaded()
    {
        Assert.Equal(Target, await Store().PullAsync("owner/tiny", default));
        Assert.Equal([Target], Store().All);
        Assert.Contains("as pulled from owner/tiny, a whole qwen model", await Store().VerifyAsync("owner/tiny", default));
        using OnnxChatClient client = OnnxChatClient.Load(Target, new OnnxChatOptions { Threads = 1, MaxTokens = 64 });
        Assert.Contains("qwen", client.Description);
        Assert.Contains("MB", _said[0]);
    }

    [Fact]
    public async Task Model_below_an_address_brings_the_weights_its_graph_names()
    {
        string target = await Store().PullAsync($"{Hub}owner/tiny/resolve/main", default);
        Assert.True(File.Exists(Path.Combine(target, "model.onnx_data")));
        ModelFolder.Open(target);
    }

    [Fact]
    public async Task Broken_download_goes_on_where_it_ended()
    {
        _breakAfter = 3000;
        ModelException broke = await Assert.ThrowsAsync<ModelException>(() => Store().PullAsync("owner/tiny", default));
        Assert.Contains("goes on where it ended", broke.Message);
        string partial = Assert.Single(Directory.GetFiles(Target, "*.part", SearchOption.AllDirectories));
        long have = new FileInfo(partial).Length;
        Assert.True(have > 0);
        _breakAfter = long.MaxValue;
        _requests.Clear();
        await Store().PullAsync("owner/tiny", default);
        Assert.Contains(_requests, r => r.EndsWith($"bytes={have}-"));
        await Store().VerifyAsync("owner/tiny", default);
    }

    [Fact]
    public async Task Other_bytes_than_announced_are_refused_and_thrown_away()
    {
        _damages = true;
        ModelException refused = await Assert.ThrowsAsync<ModelException>(() => Store().PullAsync("owner/tiny", default));
        Assert.Contains("sha256", refused.Message);
        Assert.Empty(Directory.GetFiles(Target, "*.part", SearchOption.AllDirectories));
        Assert.Empty(Store().All);
    }

    [Fact]
    public async Task Damage_after_pulling_is_found_by_verify()
    {
        await Store().PullAsync("owner/tiny", default);
        string weights = Path.Combine(Target, "onnx", "model.onnx_data");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[500] ^= 1;
        File.WriteAllBytes(weights, bytes);
        ModelException refused = await Assert.ThrowsAsync<ModelException>(() => Store().VerifyAsync("owner/tiny", default));
        Assert.Contains("model.onnx_data is damaged: sha256", refused.Message);
    }

    [Theory]
    [InlineData("owner/none", "answered 404")]
    [InlineData("tiny", "OWNER/NAME, OWNER/NAME:VARIANT or an address expected, got \"tiny\"")]
    [InlineData("owner/tiny:q8", "has no graph \"q8\", it has")]
    public async Task Unknown_model_is_told_in_one_sentence(string name, string part)
    {
        ModelException refused = await Assert.ThrowsAsync<ModelException>(() => Store().PullAsync(name, default));
        Assert.Contains(part, refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task Hub_that_is_not_there_is_told_in_one_sentence()
    {
        Uri hub = Hub;
        await _hub.StopAsync();
        ModelException refused = await Assert.ThrowsAsync<ModelException>(() => new LanguageModelStore(_folder, _http, _said.Add, hub).PullAsync("owner/tiny", default));
        Assert.Contains("cannot be reached", refused.Message);
    }

    private Uri Hub => new(_hub.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");

    private LanguageModelStore Store() => new(Path.Combine(_folder, "pulled"), _http, _said.Add, Hub);

    private string Listing() => JsonSerializer.Serialize(Directory.GetFiles(Source, "*", SearchOption.AllDirectories).Select(path =>
    {
        byte[] bytes = File.ReadAllBytes(path);
        string name = Path.GetRelativePath(Source, path).Replace('\\', '/');
        return name.Contains(".onnx")
            ? (object)new { type = "file", path = name, size = 130, oid = "0", lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(bytes)), size = bytes.Length, pointerSize = 130 } }
            : new { type = "file", path = name, size = bytes.Length, oid = "0" };
    }).Where(entry => !entry.ToString()!.Contains("path = model")));

    private async Task ServeAsync(HttpContext context, string path)
    {
        _requests.Add($"{path} {context.Request.Headers.Range}");
        string file = Path.Combine(Source, path);
        if (!File.Exists(file))
        {
            context.Response.StatusCode = 404;
            return;
        }

        byte[] bytes = File.ReadAllBytes(file);
        if (_damages && path.EndsWith("_data"))
        {
            bytes[10] ^= 1;
        }

        int from = 0;
        if (context.Request.GetTypedHeaders().Range?.Ranges.FirstOrDefault()?.From is long start)
        {
            from = (int)start;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        context.Response.ContentLength = bytes.Length - from;
        int count = (int)Math.Min(bytes.Length - from, path.EndsWith("_data") ? _breakAfter : long.MaxValue);
        await context.Response.Body.WriteAsync(bytes.AsMemory(from, count));
        await context.Response.Body.FlushAsync(); // fewer bytes than announced: the server ends the connection behind them
    }
}
