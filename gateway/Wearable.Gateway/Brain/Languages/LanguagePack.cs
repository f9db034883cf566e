using System.Text.Json;
using System.Text.Json.Serialization;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Languages;

/// <summary>Everything the gateway needs of one language beside speech models: its own sentences and what the skills understand and say.</summary>
/// <param name="Language">As in <c>zh</c>.</param>
/// <param name="Sample">A word to try voices with.</param>
/// <param name="Sayings">The gateway's own sentences.</param>
/// <param name="Skills">Null for English, whose skills are code and know more.</param>
public sealed record LanguagePack(string Language, string Sample, Sayings Sayings, SkillTexts? Skills)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>English.</summary>
    public static LanguagePack English { get; } = new("en", "hello", Sayings.English, null);

    /// <summary>Languages that come with the gateway.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } =
        ["en", .. typeof(LanguagePack).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("languages/", StringComparison.Ordinal)).Select(n => n["languages/".Length..^".json".Length])];

    /// <summary>True for what can be the name of a language: <c>zh</c>, <c>pt-br</c>.</summary>
    public static bool IsCode(string text) => text.Length is >= 2 and <= 8 && text.All(c => char.IsAsciiLetterLower(c) || c == '-');

    /// <summary>A language that comes with the gateway, or one of the owner's own: <c>languages/CODE.json</c> in the data folder.</summary>
    /// <exception cref="ModelException">There is none, or it says something that is not understood; nothing is guessed.</exception>
    public static LanguagePack Load(string language, string dataFolder)
    {
        if (language == English.Language)
        {
            return English;
        }

        string own = Path.Combine(dataFolder, "languages", language + ".json");
        using Stream? stream = File.Exists(own) ? File.OpenRead(own) : typeof(LanguagePack).Assembly.GetManifestResourceStream($"languages/{language}.json");
        if (stream is null)
        {
            throw new ModelException($"--language {language}: one of {string.Join(", ", BuiltIn)} expected; for another, translate gateway/languages/zh.json into {own}.");
        }

        string place = File.Exists(own) ? own : $"languages/{language}.json";
        try
        {
            LanguagePack pack = JsonSerializer.Deserialize<LanguagePack>(stream, Json) ?? throw new JsonException("an object expected, got null");
            return pack.Problem() is { } problem ? throw new JsonException(problem) : pack with { Language = language };
        }
        catch (JsonException e)
        {
            throw new ModelException($"{place}: {e.Message}", e);
        }
    }

    private string? Problem() => Skills switch
    {
        null => "skills expected, got none",
        { Clock.Months.Count: not 12 } => $"skills.clock.months: 12 names expected, got {Skills.Clock.Months.Count}",
        { Clock.Weekdays.Count: not 7 } => $"skills.clock.weekdays: 7 names expected, got {Skills.Clock.Weekdays.Count}",
        { Clock.Parts: { Count: > 0 } parts } when !parts.ContainsKey(0) => "skills.clock.parts: a part that begins at hour 0 expected, got none",
        { Numbers: not ("digits" or "han") } => $"skills.numbers: digits or han expected, got \"{Skills.Numbers}\"",
        { Timer.Units.Count: 0 } => "skills.timer.units: units in seconds expected, got none",
        _ => null,
    };
}
