using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Wearable.Gateway.Tool;

/// <summary>The API of a running gateway, as the tool asks it. What goes wrong is one sentence with its exit code.</summary>
public sealed class GatewayClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _start;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="address">Of the page.</param>
    /// <param name="authorization">Header that signs in; null without one.</param>
    /// <param name="authority">Whose signature an HTTPS certificate must have; null: those this machine trusts.</param>
    /// <param name="start">How to start a gateway, for the sentence when none answers.</param>
    public GatewayClient(Uri address, string? authorization, X509Certificate2? authority, string start)
    {
        Address = address;
        _start = start;
        SocketsHttpHandler handler = new() { ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false };
        if (authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        }

        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        if (authorization is not null)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }
    }

    /// <summary>Where the gateway is.</summary>
    public Uri Address { get; }

    /// <summary>Asks for JSON.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    /// <summary>Sends JSON and reads the answer; none is an undefined element.</summary>
    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body), cancellation);

    /// <summary>Deletes.</summary>
    public Task<JsonElement> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, path, null, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = content };
            using HttpResponseMessage answer = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            string text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? (text.Length == 0 ? default : Parse(text)) : throw Refused(answer.StatusCode, text);
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException is System.Security.Authentication.AuthenticationException
                ? new ToolException(ToolExit.NotAllowed, $"The certificate at {Address} is not of your gateway's authority: give its ca.pem with --ca FILE.")
                : NoGateway((e.InnerException ?? e).Message);
        }
        catch (JsonException)
        {
            throw NoGateway("what answers there is no gateway");
        }
    }

    private ToolException NoGateway(string why) => new(ToolExit.NoGateway, $"No gateway answers at {Address.GetLeftPart(UriPartial.Authority)} ({why.TrimEnd('.')}): {_start}.");

    private ToolException Refused(HttpStatusCode status, string text) => status switch
    {
        HttpStatusCode.Unauthorized => new ToolException(ToolExit.NotAllowed, $"The gateway wants a user and password: give --user NAME and {Reach.PasswordVariable}, \"user add NAME --admin\" at the gateway makes one."),
        HttpStatusCode.Forbidden => new ToolException(ToolExit.NotAllowed, "This user may only look: \"user add NAME --admin\" at the gateway makes one that may do this."),
        HttpStatusCode.TooManyRequests => new ToolException(ToolExit.NotAllowed, "Too many wrong passwords or requests: wait a minute."),
        HttpStatusCode.NotFound when text.Length == 0 => NoGateway("what answers there is no gateway, or an older one"),
        _ => new ToolException(ToolExit.Refused, Sentence(text) ?? $"The gateway answered {(int)status}."),
    };

    private static JsonElement Parse(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static string? Sentence(string text)
    {
        try
        {
            JsonElement answer = Parse(text);
            foreach (string name in (string[])["error", "detail"])
            {
                if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out JsonElement why) && why.GetString() is string said)
                {
                    return said.TrimEnd('.') + ".";
                }
            }
        }
        catch (JsonException)
        {
            // No sentence of ours.
        }

        return null;
    }
}
