using System.Text.RegularExpressions;

namespace Wearable.Gateway.Safety;

/// <summary>The rules, compiled once. Every expression runs in time linear in the text (NonBacktracking), so no text can stall the gate.</summary>
public sealed class SafetyRules
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(2); // far above what 2,000 characters take; then the gate refuses
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private const int MostInOne = 16;

    private readonly PlainText _plain;
    private readonly Topic[] _topics;
    private readonly Regex[] _followUps;
    private readonly RuleFile _file;

    /// <summary>Compiles rules.</summary>
    /// <exception cref="InvalidOperationException">A pattern or band that cannot be used; the message names it.</exception>
    public SafetyRules(RuleFile file)
    {
        _file = file;
        _plain = new PlainText(file.Traditional, file.Misspelled, file.Fuzzy);
        _topics = [.. file.Topics.Select(Compile)];
        _followUps = CompileAny(file.FollowUps.Patterns, "follow-ups");
        if (file.Tightened.Topics.Keys.FirstOrDefault(k => file.Topics.All(t => t.Topic != k)) is string unknown)
        {
            throw new InvalidOperationException($"safety rules: tightened topic \"{unknown}\" is no topic");
        }
    }

    /// <summary>The names of the topics.</summary>
    public IEnumerable<string> Topics => _topics.Select(t => t.Name);

    /// <summary>The sentence said for a topic or one of the gate's own limits.</summary>
    public Said ReplyTo(string code) => _file.Gate.TryGetValue(code, out Said? said) ? said : _file.Topics.First(t => t.Topic == code).Reply;

    /// <summary>What a model is told for a band.</summary>
    public string PolicyFor(AgeBand band) => _file.Policy[AgeBands.NameOf(band)];

    /// <summary>All sentences that the gate itself may say.</summary>
    public IEnumerable<Said> Replies => _file.Topics.Select(t => t.Reply).Concat(_file.Gate.Values);

    /// <summary>The topic that forbids a text; null when none does.</summary>
    /// <param name="text">As heard, or one sentence of an answer.</param>
    /// <param name="band">Who it is said by or to.</param>
    /// <param name="isAnswer">True for a sentence of an answer.</param>
    /// <param name="tightened">True after repeated probes.</param>
    public string? TopicOf(string text, AgeBand band, bool isAnswer, bool tightened)
    {
        IReadOnlyList<string> readings = _plain.ReadingsOf(text);
        return Array.Find(_topics, t => readings.Any(r => t.Forbids(r, band, isAnswer, tightened)))?.Name;
    }

    /// <summary>The plain reading of a text.</summary>
    public string PlainOf(string text) => _plain.ReadingsOf(text)[0];

    /// <summary>True when a text only makes sense as asking again for what was just refused.</summary>
    public bool IsFollowUp(string text) => _plain.ReadingsOf(text).Any(r => Array.Exists(_followUps, f => f.IsMatch(r)));

    private Topic Compile(TopicEntry entry)
    {
        Regex[] except = CompileAll(entry.Except ?? [], entry.Topic);
        Rule[] rules = [.. entry.Rules.Select(r => new Rule(
            CompileAny(r.Patterns, entry.Topic), CompileAll(r.Except ?? [], entry.Topic), BandOf(r.UpTo ?? entry.UpTo, entry.Topic),
            r.Where is null or "heard" or "answer" ? r.Where : throw new InvalidOperationException($"safety rules, {entry.Topic}: where is heard or answer, got \"{r.Where}\"")))];
        return new Topic(entry.Topic, except, rules, CompileAny(_file.Tightened.Topics.GetValueOrDefault(entry.Topic) ?? [], entry.Topic));
    }

    private static AgeBand BandOf(string name, string topic) =>
        AgeBands.TryParse(name, out AgeBand band) ? band : throw new InvalidOperationException($"safety rules, {topic}: one of {AgeBands.All} expected, got \"{name}\"");

    private Regex[] CompileAll(IReadOnlyList<string> patterns, string topic) => [.. patterns.Select(p => Compile(p, topic))];

    // Where it only matters whether any of them matches, several in one expression: each expression costs some 0.7 MB of tables, and 561 of them
    // were 416 MB. The engine's limit of states says how many fit.
    private Regex[] CompileAny(IReadOnlyList<string> patterns, string topic) =>
        [.. patterns.Chunk(MostInOne).SelectMany(some => CompileTogether(some, topic))];

    private IEnumerable<Regex> CompileTogether(string[] patterns, string topic)
    {
        try
        {
            return [new Regex(string.Join('|', patterns.Select(p => $"(?:{Expand(p)})")), Options, MatchLimit)];
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // Too large, or one of them is wrong: smaller parts; alone, it is named.
            return patterns.Length == 1
                ? [Compile(patterns[0], topic)]
                : [.. CompileTogether(patterns[..(patterns.Length / 2)], topic), .. CompileTogether(patterns[(patterns.Length / 2)..], topic)];
        }
    }

    private Regex Compile(string pattern, string topic)
    {
        try
        {
            return new Regex(Expand(pattern), Options, MatchLimit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new InvalidOperationException($"safety rules, {topic}: pattern \"{pattern}\": {e.Message}", e);
        }
    }

    private string Expand(string pattern)
    {
        bool chinese = pattern.Any(PlainText.IsHan);
        string whole = pattern.TrimEnd('~');
        foreach ((string name, string part) in _file.Parts)
        {
            whole = whole.Replace($"<{name}>", part, StringComparison.Ordinal);
        }

        whole = whole.Replace("~", chinese ? ".{0,8}" : @" (?:\w+ ){0,5}", StringComparison.Ordinal);
        return chinese ? whole : $@"\b(?:{whole})\b"; // whole words; Chinese has no spaces to stand between
    }

    private sealed record Rule(Regex[] Patterns, Regex[] Except, AgeBand UpTo, string? Where);

    private sealed record Topic(string Name, Regex[] Except, Rule[] Rules, Regex[] Tightened)
    {
        public bool Forbids(string reading, AgeBand band, bool isAnswer, bool tightened)
        {
            string left = Without(reading, Except);
            AgeBand judged = tightened && band > AgeBand.Under8 ? band - 1 : band;
            foreach (Rule rule in Rules)
            {
                if (judged <= rule.UpTo && (rule.Where is null || rule.Where == "answer" == isAnswer))
                {
                    string ruled = Without(left, rule.Except);
                    if (Array.Exists(rule.Patterns, p => p.IsMatch(ruled)))
                    {
                        return true;
                    }
                }
            }

            return tightened && !isAnswer && Array.Exists(Tightened, p => p.IsMatch(left));
        }

        // A sign of its own in the place of an exception, so that the words around it do not join.
        private static string Without(string text, Regex[] except)
        {
            foreach (Regex exception in except)
            {
                text = exception.Replace(text, "*");
            }

            return text;
        }
    }
}
