namespace Wearable.Chip.Tests;

/// <summary>Where things are, found from the test's own folder upward.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string NanoApi => Path.Combine(Root, "firmware", "nano-api");

    /// <summary>The assemblies that must run on the chip, as this build compiled them.</summary>
    public static IEnumerable<string> ChipAssemblies =>
    [
        typeof(Wearable.Contract.Topics).Assembly.Location,
        typeof(Wearable.Firmware.DeviceMode).Assembly.Location,
    ];

    /// <summary>Every source file that must compile for the chip.</summary>
    public static IEnumerable<string> ChipSources =>
        new[] { "Wearable.Contract", "Wearable.Firmware", "Wearable.Esp32" }
            .Select(p => Path.Combine(Root, "firmware", p))
            .Where(Directory.Exists)
            .SelectMany(p => Directory.EnumerateFiles(p, "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d != null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "Wearable.sln")))
            {
                return d.FullName;
            }
        }

        throw new DirectoryNotFoundException($"Wearable.sln expected above {AppContext.BaseDirectory}");
    }
}
