using System.Globalization;

namespace Wearable.Training;

/// <summary>Named arguments: --name value.</summary>
public sealed class Options(string[] arguments)
{
    /// <summary>A value, or its default.</summary>
    /// <exception cref="ArgumentException">Missing, and there is no default.</exception>
    public string Text(string name, string? fallback = null)
    {
        int i = Array.IndexOf(arguments, "--" + name);
        return i >= 0 && i + 1 < arguments.Length ? arguments[i + 1] : fallback ?? throw new ArgumentException($"--{name} is needed");
    }

    /// <summary>A whole number, or its default.</summary>
    public int Number(string name, int fallback) =>
        int.Parse(Text(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
}
