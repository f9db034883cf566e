using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Wearable.Gateway.Tests.Supply;

/// <summary>What the gateway is made of and under which licences, from the restored packages' own descriptions.</summary>
public sealed class LicencesTests
{
    // All of them allow use, change and passing on in a program under MIT; the notices travel with the packages.
    private static readonly string[] Allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "ISC", "Zlib", "MS-PL", "0BSD"];

    // Packages that name no licence but a page; read by hand.
    private static readonly Dictionary<string, string> Pages = new() { ["https://github.com/MiloszKrajewski/K4os.Compression.LZ4/blob/master/LICENSE?raw=true"] = "MIT" };

    private static string Root
    {
        get
        {
            DirectoryInfo folder = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Wearable.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("Wearable.sln is in no folder above the tests");
            }

            return folder.FullName;
        }
    }

    [Fact]
    public void Every_package_of_the_gateway_has_a_licence_that_allows_its_use()
    {
        List<(string Name, string Version, string Licence)> packages = Packages();
        Assert.True(packages.Count > 20, $"{packages.Count} packages");
        Assert.All(packages, package => Assert.True(Allowed.Contains(package.Licence), $"{package.Name} {package.Version}: one of {string.Join(", ", Allowed)} expected, got {package.Licence}"));
        if (Environment.GetEnvironmentVariable("WEARABLE_WRITE_LICENCES") is { Length: > 0 })
        {
            StringBuilder page = new("# Licences of the gateway's packages\nWritten by the test `LicencesTests` with WEARABLE_WRITE_LICENCES=1, from the packages' own descriptions, those that others bring along included. A test holds every package of every build to the list of licences; this page is a copy of one day. The bill of materials of a build, with versions and hashes: `dotnet msbuild gateway/Wearable.Gateway -t:Sbom` (CycloneDX). Models and voices have cards of their own in gateway/models.\n\n| package | version | licence |\n|---|---|---|\n");
            foreach ((string name, string version, string licence) in packages)
            {
                page.Append("| ").Append(name).Append(" | ").Append(version).Append(" | ").Append(licence).Append(" |\n");
            }

            File.WriteAllText(Path.Combine(Root, "docs", "licences.md"), page.ToString());
        }
    }

    private static List<(string Name, string Version, string Licence)> Packages()
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "gateway", "Wearable.Gateway", "obj", "project.assets.json")));
        string[] folders = [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        List<(string, string, string)> packages = [];
        foreach (JsonProperty library in assets.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package"))
        {
            string[] name = library.Name.Split('/');
            string path = folders.Select(folder => Path.Combine(folder, library.Value.GetProperty("path").GetString()!)).First(Directory.Exists);
            packages.Add((name[0], name[1], LicenceOf(path)));
        }

        return [.. packages.OrderBy(package => package.Item1, StringComparer.OrdinalIgnoreCase)];
    }

    private static string LicenceOf(string package)
    {
        XElement metadata = XDocument.Load(Directory.GetFiles(package, "*.nuspec").Single()).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        XElement? licence = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license");
        if (licence is null)
        {
            string page = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "licenseUrl")?.Value ?? "";
            return Pages.GetValueOrDefault(page, "none named, " + page);
        }

        if (licence.Attribute("type")?.Value == "expression")
        {
            return licence.Value;
        }

        string head = File.ReadLines(Path.Combine(package, licence.Value.Replace('\\', '/'))).First(line => line.Trim().Length > 0).Trim();
        return head is "MIT License" or "The MIT License (MIT)" ? "MIT" : "a file that begins \"" + head + "\"";
    }
}
