using System.Text.RegularExpressions;

namespace Wearable.Chip.Tests;

/// <summary>The wiring people solder and the pins the firmware drives are the same.</summary>
public sealed partial class WiringTests
{
    [Fact]
    public void Wiring_table_and_pins_agree()
    {
        string code = File.ReadAllText(Path.Combine(Repository.Root, "firmware", "Wearable.Esp32", "Pins.cs"));
        string page = File.ReadAllText(Path.Combine(Repository.Root, "hardware", "README.md"));
        SortedDictionary<string, int> pins = Pairs(PinConstant().Matches(code));
        Assert.NotEmpty(pins);
        Assert.Equal(pins, Pairs(TableRow().Matches(page)));
        Assert.Equal(pins.Count, pins.Values.Distinct().Count());
    }

    private static SortedDictionary<string, int> Pairs(MatchCollection matches) =>
        new(matches.ToDictionary(m => m.Groups[1].Value, m => int.Parse(m.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)), StringComparer.Ordinal);

    [GeneratedRegex(@"const int (\w+) = (\d+);")]
    private static partial Regex PinConstant();

    [GeneratedRegex(@"^\|[^|]+\| (\w+) \| (\d+) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
