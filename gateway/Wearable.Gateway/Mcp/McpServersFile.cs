using System.Text.Json;

namespace Wearable.Gateway.Mcp;

/// <summary>One server whose tools the larger model may call.</summary>
/// <param name="Name">What the owner calls it.</param>
/// <param name="Url">Streamable HTTP; null when a program is started.</param>
/// <param name="Headers">Sent with every request, such as a token.</param>
/// <param name="Command">A program that speaks over its standard input and output; null with an address.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Its environment beside the usual.</param>
public sealed record McpServerChoice(
    string Name, Uri? Url, IReadOnlyDictionary<string, string> Headers, string? Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment);

/// <summary>
/// Reads <c>mcp.json</c> of the data folder, in the form other programs use: <c>{ "mcpServers": { "lights": { "url": "http://...", "headers": { ... } },
/// "files": { "command": "npx", "args": ["..."], "env": { ... } } } }</c>. Without the file there are none.
/// </summary>
public static class McpServersFile
{
    /// <summary>Name in the data folder.</summary>
    public const string Name = "mcp.json";

    /// <summary>Most servers.</summary>
    public const int MaxServers = 8;

    /// <summary>The owner's servers.</summary>
    /// <exception cref="GatewayStartException">The file cannot be read or says something that is not understood; nothing is guessed.</exception>
    public static IReadOnlyList<McpServerChoice> Load(string dataFolder)
    {
        string path = Path.Combine(dataFolder, Name);
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllText(path)) : [];
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads servers from JSON.</summary>
    /// <exception cref="FormatException">Names the server, what came and what was wanted.</exception>
    /// <exception cref="JsonException">No JSON.</exception>
    public static IReadOnlyList<McpServerChoice> Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("mcpServers", out JsonElement servers) || servers.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("{ \"mcpServers\": { NAME: { ... } } } expected");
        }

        List<McpServerChoice> all = [.. servers.EnumerateObject().Select(ServerOf)];
        return all.Count <= MaxServers ? all : throw new FormatException($"at most {MaxServers} servers expected, got {all.Count}");
    }

    private static McpServerChoice ServerOf(JsonProperty server)
    {
        string name = server.Name;
        if (server.Value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{name}: an object expected, got {server.Value.ValueKind}");
        }

        string[] known = ["url", "headers", "command", "args", "env", "type"];
        if (server.Value.EnumerateObject().Select(p => p.Name).FirstOrDefault(p => !known.Contains(p)) is string other)
        {
            throw new FormatException($"{name}: one of {string.Join(", ", known)} expected, got \"{other}\"");
        }

        string? url = Text(server, "url"), command = Text(server, "command");
        if (url is null == command is null)
        {
            throw new FormatException($"{name}: either url or command expected");
        }

        Uri? address = null;
        if (url is not null && (!Uri.TryCreate(url, UriKind.Absolute, out address) || address.Scheme is not ("http" or "https")))
        {
            throw new FormatException($"{name}: url: http://... or https://... expected, got \"{url}\"");
        }

        List<string> arguments = [];
        if (server.Value.TryGetProperty("args", out JsonElement args))
        {
            if (args.ValueKind != JsonValueKind.Array || args.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String))
            {
                throw new FormatException($"{name}: args: a list of texts expected");
            }

            arguments.AddRange(args.EnumerateArray().Select(a => a.GetString()!));
        }

        return new McpServerChoice(name, address, Texts(server, "headers"), command, arguments, Texts(server, "env"));
    }

    private static string? Text(JsonProperty server, string part)
    {
        if (!server.Value.TryGetProperty(part, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0 ? value.GetString() : throw new FormatException($"{server.Name}: {part}: a text expected");
    }

    private static Dictionary<string, string> Texts(JsonProperty server, string part)
    {
        Dictionary<string, string> texts = [];
        if (server.Value.TryGetProperty(part, out JsonElement all))
        {
            if (all.ValueKind != JsonValueKind.Object || all.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
            {
                throw new FormatException($"{server.Name}: {part}: names with texts expected");
            }

            foreach (JsonProperty text in all.EnumerateObject())
            {
                texts[text.Name] = text.Value.GetString()!;
            }
        }

        return texts;
    }
}
