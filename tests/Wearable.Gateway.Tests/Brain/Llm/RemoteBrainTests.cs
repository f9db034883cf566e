using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>Ollama and OpenAI-compatible servers over real HTTP: well, hanging, dying, talking nonsense.</summary>
public sealed class RemoteBrainTests : IAsyncLifetime
{
    private static readonly BrainSettings Quick = new() { FirstSentence = TimeSpan.FromMilliseconds(400), LastFirstSentence = TimeSpan.FromMilliseconds(800), NextSentence = TimeSpan.FromMilliseconds(400) };
    private static readonly BrainSettings Patient = new() { FirstSentence = TimeSpan.FromSeconds(30), LastFirstSentence = TimeSpan.FromSeconds(31), NextSentence = TimeSpan.FromSeconds(30) };
    private readonly WebApplication _server;
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _behaviour = "";
    private string _asked = "";

    public RemoteBrainTests()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.Services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        _server = builder.Build();
        _server.MapPost("/v1/chat/completions", context => ServeAsync(context, "text/event-stream", text =>
            $$"""data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"{{text}}"},"finish_reason":null}]}""" + "\n\n", "data: [DONE]\n\n"));
        _server.MapPost("/api/chat", context => ServeAsync(context, "application/x-ndjson", text =>
            $$"""{"model":"m","created_at":"2026-11-23T00:00:00Z","message":{"role":"assistant","content":"{{text}}"},"done":false}""" + "\n",
            """{"model":"m","created_at":"2026-11-23T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}""" + "\n"));
    }

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(200));
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Server_that_works_is_heard(string kind)
    {
        Assert.Equal("Light scatters. Blue most.", await AskAsync(kind, "well", Patient));
        Assert.Contains("why is the sky blue", _asked);
        Assert.Contains("small companion", _asked);
        Assert.DoesNotContain("toy-1", _asked);
    }

    [Theory]
    [InlineData("openai", "hangs", "My language model is too slow right now, and I do not know that myself.")]
    [InlineData("ollama", "hangs", "My language model is too slow right now, and I do not know that myself.")]
    [InlineData("openai", "refuses", "My language model does not work right now, and I do not know that myself.")]
    [InlineData("ollama", "refuses", "My language model does not work right now, and I do not know that myself.")]
    [InlineData("openai", "dies", "Light scatters. Sorry, I lost the rest of my answer.")]
    [InlineData("ollama", "dies", "Light scatters. Sorry, I lost the rest of my answer.")]
    public async Task Server_that_fails_is_replaced_by_one_honest_sentence(string kind, string behaviour, string said) =>
        Assert.Equal(said, await AskAsync(kind, behaviour, behaviour == "hangs" ? Quick : Patient));

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Server_that_streams_garbage_is_replaced_by_one_honest_sentence(string kind) =>
        Assert.EndsWith("and I do not know that myself.", await AskAsync(kind, "garbage", Patient));

    [Fact]
    public async Task Server_that_is_not_there_is_replaced_by_one_honest_sentence()
    {
        string address = Address();
        await _server.StopAsync();
        Assert.Equal("My language model does not work right now, and I do not know that myself.", await AskAsync("openai", "well", Patient, address));
    }

    private async Task<string> AskAsync(string kind, string behaviour, BrainSettings settings, string? address = null)
    {
        _behaviour = behaviour;
        BrainChoice choice = BrainChoice.Parse($"{kind}:{address ?? Address()}{(kind == "openai" ? "/v1" : "")}", "m", out string problem)!;
        Assert.Equal("", problem);
        using SkillsOnly house = new(TimeProvider.System, choice, settings);
        BrainChain chain = Assert.IsType<BrainChain>(house.Brain);
        await chain.Loaded;
        string answer = "";
        await foreach (ChatResponseUpdate update in chain.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "why is the sky blue")], BrainContext.Options("toy-1", "t1")))
        {
            answer += update.Text;
            _heard.TrySetResult();
        }

        return answer.Trim().Replace('\n', ' ');
    }

    private string Address() => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private async Task ServeAsync(HttpContext context, string type, Func<string, string> piece, string end)
    {
        _asked = await new StreamReader(context.Request.Body).ReadToEndAsync();
        if (_behaviour == "refuses")
        {
            context.Response.StatusCode = 500;
            return;
        }

        context.Response.ContentType = type;
        async Task SayAsync(string text)
        {
            await context.Response.WriteAsync(text);
            await context.Response.Body.FlushAsync();
        }

        switch (_behaviour)
        {
            case "well":
                await SayAsync(piece("Light scatters. Blue"));
                await SayAsync(piece(" most."));
                await SayAsync(end);
                break;
            case "hangs":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case "dies":
                await SayAsync(piece("Light scatters. Blue"));
                await _heard.Task; // an abort throws away what was not read yet
                context.Abort();
                break;
            default:
                await SayAsync("data: \0\u0001{[[[ no json at all\n\nmore \uFFFD\n\n");
                await SayAsync("}}}}\n");
                break;
        }
    }
}
