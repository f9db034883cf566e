using System.Globalization;
using System.Text.RegularExpressions;

namespace Wearable.Gateway.Brain.Languages;

/// <summary>Numbers and lengths of time in the words of a language, heard and said.</summary>
public sealed class SpokenForms
{
    private const string HanDigits = "零一二三四五六七八九";
    private static readonly Dictionary<char, int> HanValues = new() { ['两'] = 2, ['〇'] = 0 };
    private static readonly Dictionary<char, int> HanTens = new() { ['十'] = 10, ['百'] = 100 };

    private readonly SkillTexts _texts;
    private readonly bool _han;
    private readonly Regex _length, _number;

    /// <param name="texts">The words.</param>
    public SpokenForms(SkillTexts texts)
    {
        _texts = texts;
        _han = texts.Numbers == "han";
        string number = string.Join('|', ["[0-9]+", .. _han ? ["[零〇一二三四五六七八九两十百]+"] : Array.Empty<string>(), .. LongestFirst(texts.NumberWords.Keys).Select(Regex.Escape)]);
        string half = texts.Timer.Half.Length > 0 ? Regex.Escape(texts.Timer.Half) : "(?!)", measure = texts.Timer.Measure.Length > 0 ? $"(?:{Regex.Escape(texts.Timer.Measure)})?" : "";
        string unit = string.Join('|', LongestFirst(texts.Timer.Units.Keys).Select(Regex.Escape));
        _number = new Regex(number, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        _length = new Regex($"(?<n>{number})?{measure}(?<before>{half})?(?<unit>{unit})(?<behind>{half})?", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    /// <summary>What rules are matched on: letters and digits alone, lower case.</summary>
    public static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>The first number in a bare question; null when there is none.</summary>
    public int? NumberIn(string bare) => _number.Match(bare) is { Success: true } match ? Value(match.Value) : null;

    /// <summary>All lengths of time in a bare question together; zero when there are none.</summary>
    public TimeSpan LengthIn(string bare)
    {
        TimeSpan length = TimeSpan.Zero;
        foreach (Match match in _length.Matches(bare))
        {
            double halves = (match.Groups["before"].Success ? 0.5 : 0) + (match.Groups["behind"].Success && match.Groups["n"].Success ? 0.5 : 0);
            double count = (match.Groups["n"].Success ? Value(match.Groups["n"].Value) ?? 0 : 0) + halves;
            length += TimeSpan.FromSeconds(Math.Min(count * _texts.Timer.Units[match.Groups["unit"].Value], int.MaxValue));
        }

        return length;
    }

    /// <summary>A number as it is said, 0 to 999 in words where the language has them here.</summary>
    public string Number(int value) => _han && value is >= 0 and < 1000 ? Han(value) : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number before a counted thing: Chinese counts two as 两.</summary>
    public string Count(int value) => _han && value == 2 ? "两" : Number(value);

    /// <summary>A length of time in its two largest units.</summary>
    public string Length(TimeSpan time)
    {
        (int Value, string Unit)[] all = [((int)time.TotalHours, _texts.Timer.Hour), (time.Minutes, _texts.Timer.Minute), (time.Seconds, _texts.Timer.Second)];
        string space = _han ? "" : " ";
        string said = string.Join(space, all.Where(p => p.Value > 0).Take(2).Select(p => Count(p.Value) + space + p.Unit));
        return said.Length > 0 ? said : Number(0) + space + _texts.Timer.Second;
    }

    private static IEnumerable<string> LongestFirst(IEnumerable<string> words) => words.OrderByDescending(w => w.Length);

    private int? Value(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || _texts.NumberWords.TryGetValue(text, out value))
        {
            return value;
        }

        // 一百零五: each digit counts with the ten or hundred behind it; 十五 begins with an unsaid one.
        int whole = 0, digit = -1;
        foreach (char c in text)
        {
            if (HanTens.TryGetValue(c, out int ten))
            {
                whole += (digit < 0 ? 1 : digit) * ten;
                digit = -1;
            }
            else if ((HanValues.TryGetValue(c, out int one) ? one : HanDigits.IndexOf(c)) is >= 0 and int found)
            {
                digit = digit < 0 ? found : Math.Min((digit * 10) + found, 99999);
            }
            else
            {
                return null; // a run of digits beyond what a number holds
            }
        }

        return whole + Math.Max(digit, 0);
    }

    private static string Han(int value) => value switch
    {
        < 10 => HanDigits[value].ToString(),
        < 20 => "十" + (value % 10 == 0 ? "" : Han(value % 10)),
        < 100 => HanDigits[value / 10] + "十" + (value % 10 == 0 ? "" : Han(value % 10)),
        _ => HanDigits[value / 100] + "百" + (value % 100) switch
        {
            0 => "",
            < 10 => "零" + Han(value % 100),
            < 20 => "一" + Han(value % 100),
            _ => Han(value % 100),
        },
    };
}
