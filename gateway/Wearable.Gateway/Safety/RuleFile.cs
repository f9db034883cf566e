using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wearable.Gateway.Safety;

/// <summary>One sentence in the languages of the rules.</summary>
public sealed record Said(string En, string Zh)
{
    /// <summary>The sentence in a language.</summary>
    public string In(bool chinese) => chinese ? Zh : En;
}

/// <summary>Patterns with the oldest band they hold for and where they look: "heard", "answer", or both when null.</summary>
public sealed record RuleEntry(IReadOnlyList<string> Patterns, string? UpTo = null, string? Where = null, IReadOnlyList<string>? Except = null);

/// <summary>A topic with its rules.</summary>
public sealed record TopicEntry(string Topic, string UpTo, Said Reply, IReadOnlyList<RuleEntry> Rules, IReadOnlyList<string>? Except = null);

/// <summary>Patterns that ask again for what was just refused.</summary>
public sealed record FollowUpEntry(IReadOnlyList<string> Patterns, string About = "");

/// <summary>Bare words that count after repeated probes, by topic.</summary>
public sealed record TightenedEntry(IReadOnlyDictionary<string, IReadOnlyList<string>> Topics, string About = "");

/// <summary>The content of <c>gateway/safety/rules.json</c>; how it is written stands in the file.</summary>
public sealed record RuleFile(
    string About,
    string Traditional,
    IReadOnlyDictionary<string, string> Misspelled,
    IReadOnlyList<string> Fuzzy,
    IReadOnlyDictionary<string, string> Parts,
    FollowUpEntry FollowUps,
    IReadOnlyList<TopicEntry> Topics,
    TightenedEntry Tightened,
    IReadOnlyDictionary<string, Said> Gate,
    IReadOnlyDictionary<string, string> Policy)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads the rules that travel inside the assembly.</summary>
    /// <exception cref="InvalidOperationException">They are missing or broken: a gateway without rules does not start.</exception>
    public static RuleFile LoadBuiltIn()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("safety/rules.json")
            ?? throw new InvalidOperationException("safety/rules.json is not in the assembly");
        return Read(stream);
    }

    /// <summary>Reads rules.</summary>
    /// <exception cref="InvalidOperationException">Not of the form that is wanted; the message names the place.</exception>
    public static RuleFile Read(Stream json)
    {
        try
        {
            return JsonSerializer.Deserialize<RuleFile>(json, Json) ?? throw new InvalidOperationException("safety rules: an object expected, got null");
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"safety rules: {e.Message}", e);
        }
    }
}
