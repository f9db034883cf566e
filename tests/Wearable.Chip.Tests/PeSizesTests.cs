using System.Globalization;
using Mono.Cecil;

namespace Wearable.Chip.Tests;

/// <summary>
/// The deployment's size as the README states it. PE files need the metadata processor, which only a machine with nanoFramework's packages has:
/// what was measured there (<c>-t:PeSizes</c>) is in pe-sizes.txt, and here it is held against what the sources compile to today.
/// </summary>
public sealed class PeSizesTests
{
    // Code, array data and texts of contract and firmware when pe-sizes.txt was written; measure again and change both together.
    private const int BytesWhenMeasured = 63_514;
    private const double StalePercent = 5;

    private static Dictionary<string, int> Measured { get; } = File.ReadLines(Path.Combine(Repository.Root, "firmware", "Wearable.Esp32", "pe-sizes.txt"))
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));

    [Fact]
    public void The_image_is_all_files_padded_to_four_bytes() =>
        Assert.Equal(Measured.Where(f => f.Key.EndsWith(".pe")).Sum(f => (f.Value + 3) / 4 * 4), Measured["Wearable.Esp32.bin"]);

    [Fact]
    public void The_readme_states_every_size()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "firmware", "README.md"));
        foreach ((string file, int bytes) in Measured)
        {
            Assert.Contains($"| {file} | {bytes.ToString("N0", CultureInfo.InvariantCulture)} |", readme);
        }
    }

    [Fact]
    public void The_sizes_are_those_of_todays_sources()
    {
        int bytes = Bytes("Wearable.Contract") + Bytes("Wearable.Firmware");
        double change = 100.0 * Math.Abs(bytes - BytesWhenMeasured) / BytesWhenMeasured;
        Assert.True(change <= StalePercent, $"pe-sizes.txt is stale: {bytes} bytes of code, data and texts now, {BytesWhenMeasured} when it was written; run dotnet build firmware/Wearable.Esp32/Wearable.Esp32.nfproj -t:PeSizes with nanoFramework's packages");
    }

    // What goes into a PE file as it is; names and tables grow along.
    private static int Bytes(string name)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        TypeDefinition[] types = [.. assembly.MainModule.GetTypes()];
        MethodDefinition[] bodies = [.. types.SelectMany(t => t.Methods).Where(m => m.HasBody)];
        return bodies.Sum(m => m.Body.CodeSize)
            + bodies.SelectMany(m => m.Body.Instructions).Select(i => i.Operand).OfType<string>().Sum(text => text.Length + 1)
            + types.SelectMany(t => t.Fields).Sum(f => f.InitialValue.Length);
    }
}
