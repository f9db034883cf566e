namespace Wearable.Gateway.Safety;

/// <summary>Makes what was heard into plain data for a model: the signs that chat templates and markup are made of are taken out.</summary>
public static class SpokenData
{
    private const int MaxChars = 1000; // 16 s of speech are about 300

    /// <summary>The words of a question without control characters and template signs, cut at a length.</summary>
    public static string Of(string heard)
    {
        string plain = string.Concat(heard.Select(c => char.IsControl(c) || c is '<' or '>' or '|' or '[' or ']' or '{' or '}' or '#' or '`' ? ' ' : c));
        return plain.Length <= MaxChars ? plain.Trim() : plain[..MaxChars].Trim();
    }
}
