using System.Text.RegularExpressions;

namespace Wearable.Gateway.Safety;

/// <summary>What the gate says about one text.</summary>
/// <param name="Code"><c>ok</c>, or the id of the rule that spoke.</param>
/// <param name="Reply">What is said instead; empty when ok.</param>
public sealed record SafetyVerdict(string Code, string Reply)
{
    /// <summary>Nothing to object to.</summary>
    public static readonly SafetyVerdict Ok = new("ok", "");

    /// <summary>True when the text may pass.</summary>
    public bool Allows => Code == "ok";
}

/// <summary>Judges what was heard before the brain sees it and every sentence before it is spoken. Outside any model, so no model can talk its way around it.</summary>
public interface ISafetyGate
{
    /// <summary>Judges what a person said.</summary>
    SafetyVerdict CheckHeard(string text);

    /// <summary>Judges one sentence of an answer.</summary>
    SafetyVerdict CheckAnswer(string sentence);
}

/// <summary>Word rules for children, in English. Fails closed: a rule that cannot be evaluated refuses.</summary>
public sealed class SafetyGate : ISafetyGate
{
    private const string Redirect = "I would rather talk about something else. Ask a grown up you trust about that.";
    private const string Help = "That sounds really hard, and you matter. Please talk to a grown up you trust right now, or call your local emergency number.";
    private const string Doctor = "I am not a medical device and I can not give medical advice. Please ask a grown up or a doctor.";
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(100);

    private static readonly (string Code, string Reply, Regex Pattern)[] Rules =
    [
        ("self-harm", Help, Rule(@"\b(kill|hurt|cut|harm)(ing)? (myself|yourself)\b|\bsuicid\w*|\b(want|going) to die\b|\bend my life\b|\bself.?harm\w*")),
        ("weapons", Redirect, Rule(@"\b(guns?|pistols?|rifles?|bullets?|ammo|bombs?|explosives?|grenades?|knife|knives|matches|lighters?|gunpowder)\b")),
        ("drugs", Redirect, Rule(@"\b(cocaine|heroin|meth|ecstasy|vape|vaping|cigarettes?|weed|get (drunk|high))\b")),
        ("sex", Redirect, Rule(@"\b(sex|sexy|sexual\w*|porn\w*|nudes?|naked|genitals?|penis|vagina|fetish\w*|bdsm)\b")),
        ("secrets", "You never have to keep secrets from the people who look after you. You can tell them anything.", Rule(@"\b(keep|our|a) (it |this |little )?secret\b.*\b(mom|mum|mother|dad|father|parents?|teacher)\b|\b(don'?t|do not|never) tell (your |my )?(mom|mum|mother|dad|father|parents?|teacher)\b")),
        ("personal-data", "Please keep things like addresses, phone numbers and passwords to yourself and your family.", Rule(@"\b(my|your) (home )?(address|phone number|password|school|last name) is\b|\bwhere do you live\b|\bwhat is your (address|phone number)\b")),
        ("medical", Doctor, Rule(@"\b(diagnos\w*|prescri\w*|dosage|overdose|how many pills|which (medicine|drug|pill)|heart attack|am i (sick|ill|dying))\b")),
    ];

    /// <inheritdoc/>
    public SafetyVerdict CheckHeard(string text) => Check(text);

    /// <inheritdoc/>
    public SafetyVerdict CheckAnswer(string sentence)
    {
        SafetyVerdict verdict = Check(sentence);
        // Our own redirections name what they refuse; they are the one thing that always may be said.
        return Rules.Any(r => r.Reply.Contains(sentence, StringComparison.Ordinal)) || sentence.Contains("not a medical device", StringComparison.OrdinalIgnoreCase) ? SafetyVerdict.Ok : verdict;
    }

    private static SafetyVerdict Check(string text)
    {
        foreach ((string code, string reply, Regex pattern) in Rules)
        {
            try
            {
                if (pattern.IsMatch(text))
                {
                    return new SafetyVerdict(code, reply);
                }
            }
            catch (RegexMatchTimeoutException)
            {
                return new SafetyVerdict(code, reply);
            }
        }

        return SafetyVerdict.Ok;
    }

    private static Regex Rule(string pattern) => new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchLimit);
}
