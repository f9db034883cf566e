using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Wearable.Gateway.Talk;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Talk;

/// <summary>The page's end of a talk: sends sound and words, reads what is told.</summary>
internal sealed class TalkClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _noise = new byte[1280];

    private TalkClient(ClientWebSocket socket, TalkApi.Granted place)
    {
        _socket = socket;
        (Id, Ticket) = place;
        new Random(1).NextBytes(_noise);
    }

    public string Id { get; }

    public string Ticket { get; }

    /// <summary>The last reading.</summary>
    public JsonElement Last { get; private set; }

    public static async Task<TalkClient> OpenAsync(TestGateway gateway, HttpResponseMessage? asked = null)
    {
        asked ??= await gateway.Http.PostAsJsonAsync("/api/talk", new { }, TestContext.Current.CancellationToken);
        TalkApi.Granted place = (await asked.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<TalkApi.Granted>(TestContext.Current.CancellationToken))!;
        ClientWebSocket socket = Make();
        await socket.ConnectAsync(At(gateway, place.Ticket), TestContext.Current.CancellationToken);
        return new TalkClient(socket, place);
    }

    /// <summary>The status with which a connection is refused.</summary>
    public static async Task<HttpStatusCode> RefusalAsync(TestGateway gateway, string ticket, string? origin = null)
    {
        using ClientWebSocket socket = Make();
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(At(gateway, ticket), TestContext.Current.CancellationToken));
        return socket.HttpStatusCode;
    }

    public Task SayAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    public Task SendAsync(byte[] sound) => _socket.SendAsync(sound, WebSocketMessageType.Binary, endOfMessage: true, TestContext.Current.CancellationToken);

    /// <summary>Sends 40 ms of noise.</summary>
    public Task HearAsync() => SendAsync(_noise);

    /// <summary>The next reading; sound on the way to it is dropped.</summary>
    public async Task<JsonElement> NextAsync() =>
        await ReceiveAsync() is JsonElement reading ? Last = reading : throw new IOException($"a reading expected, the connection ended: {_socket.CloseStatusDescription}");

    /// <summary>Reads until one fits; before each of them something may be done.</summary>
    public async Task UntilAsync(Func<JsonElement, bool> fits, Func<Task>? meanwhile = null)
    {
        for (long began = TimeProvider.System.GetTimestamp(); !fits(await NextAsync());)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"never came to it, the last: {Last}");
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
        }

        await (meanwhile?.Invoke() ?? Task.CompletedTask);
    }

    /// <summary>Waits for the end; gives its reason.</summary>
    public async Task<string> EndAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        string why = _socket.CloseStatusDescription ?? "";
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", TestContext.Current.CancellationToken);
        return why;
    }

    /// <summary>Gone without a word.</summary>
    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    private static ClientWebSocket Make()
    {
        ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return socket;
    }

    private static Uri At(TestGateway gateway, string ticket)
    {
        Uri page = gateway.Http.BaseAddress!;
        return new UriBuilder(page) { Scheme = page.Scheme == "https" ? "wss" : "ws", Path = TalkApi.StreamPath, Query = "ticket=" + Uri.EscapeDataString(ticket) }.Uri;
    }

    private async Task<JsonElement?> ReceiveAsync()
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            switch (part.MessageType)
            {
                case WebSocketMessageType.Close:
                    return null;
                case WebSocketMessageType.Text:
                    return JsonDocument.Parse(_buffer.AsMemory(0, length)).RootElement.Clone();
            }
        }
    }
}
