using System.Xml.Linq;

namespace Wearable.Chip.Tests;

/// <summary>The project file for real boards names every source file: the nanoFramework project system takes no wildcards.</summary>
public sealed class ProjectFileTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "firmware", "Wearable.Esp32");
    private static readonly XDocument Project = XDocument.Load(Path.Combine(Folder, "Wearable.Esp32.nfproj"));

    [Fact]
    public void Board_project_compiles_every_firmware_source_and_nothing_else()
    {
        string[] listed = [.. Items("Compile").Select(i => Path.GetFullPath(Path.Combine(Folder, i.Replace('\\', Path.DirectorySeparatorChar)))).Order(StringComparer.Ordinal)];
        string[] present = [.. Repository.ChipSources.Select(Path.GetFullPath).Order(StringComparer.Ordinal)];
        Assert.Equal(present, listed);
    }

    [Fact]
    public void Board_project_references_exactly_its_pinned_packages()
    {
        string[] pinned = [.. XDocument.Load(Path.Combine(Folder, "packages.config")).Root!.Elements().Select(p => $"{(string?)p.Attribute("id")}.{(string?)p.Attribute("version")}").Order(StringComparer.Ordinal)];
        string[] referenced = [.. Project.Descendants().Where(e => e.Name.LocalName == "HintPath").Select(e => e.Value.Split('\\')[3]).Order(StringComparer.Ordinal)];
        Assert.Equal(pinned, referenced);
    }

    [Fact]
    public void Firmware_version_is_the_product_version()
    {
        string props = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Equal(Wearable.Contract.FirmwareVersion.Text, props);
    }

    private static IEnumerable<string> Items(string kind) =>
        Project.Descendants().Where(e => e.Name.LocalName == kind).Select(e => (string)e.Attribute("Include")!);
}
