using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Restores what packages.config names, and the metadata processor, through the user's own NuGet configuration, and writes where each
/// reference lies. A package that lies where a HintPath says (nuget restore puts it there) is taken from there; the others are restored into
/// NuGet's global packages folder by a generated project. Whatever fails, one error is logged: one sentence, with everything that is missing.
/// </summary>
public sealed class RestorePackages : Task
{
    private const string MetadataProcessor = "nanoFramework.Tools.MetadataProcessor.MsBuildTask";

    [Required]
    public string PackagesConfig { get; set; }

    /// <summary>References with a HintPath of the shape ..\packages\Id.Version\lib\File.dll.</summary>
    [Required]
    public ITaskItem[] References { get; set; }

    [Required]
    public string ProjectFolder { get; set; }

    /// <summary>Receives the generated project and what NuGet writes for it.</summary>
    [Required]
    public string RestoreFolder { get; set; }

    /// <summary>Receives the items and properties that the build imports.</summary>
    [Required]
    public string ResultFile { get; set; }

    /// <summary>The dotnet host that runs this build; empty: the one on the path.</summary>
    public string DotNet { get; set; }

    [Required]
    public string MetadataProcessorVersion { get; set; }

    /// <summary>The folder under lib to take the metadata processor from.</summary>
    [Required]
    public string MetadataProcessorFramework { get; set; }

    public override bool Execute()
    {
        if (!File.Exists(PackagesConfig))
        {
            return Fail(PackagesConfig + " is missing: it pins the packages of this project.");
        }

        List<Package> packages = XDocument.Load(PackagesConfig).Root.Elements("package").Select(p => new Package((string)p.Attribute("id"), (string)p.Attribute("version"))).ToList();
        Directory.CreateDirectory(RestoreFolder);
        if (!TryResolve(packages, out List<string> files, out string processor, out List<Package> missing))
        {
            return false;
        }

        if (missing.Count > 0)
        {
            string said = RunRestore(packages);
            if (!TryResolve(packages, out files, out processor, out missing))
            {
                return false;
            }

            if (missing.Count > 0)
            {
                return Fail(Sentence(missing, said));
            }
        }

        new XDocument(new XElement(
            "Project",
            new XElement("PropertyGroup", new XElement("MetadataProcessorFolder", processor)),
            new XElement("ItemGroup", files.Select(f => new XElement("RestoredReference", new XAttribute("Include", f)))))).Save(ResultFile);
        return true;
    }

    private bool TryResolve(List<Package> packages, out List<string> files, out string processor, out List<Package> missing)
    {
        files = new List<string>();
        missing = new List<Package>();
        List<string> roots = Roots();
        foreach (ITaskItem reference in References)
        {
            string hint = reference.GetMetadata("HintPath").Replace('\\', '/');
            string[] parts = hint.Split('/');
            int at = Array.FindIndex(parts, part => packages.Any(p => string.Equals(p.Folder, part, StringComparison.OrdinalIgnoreCase)));
            if (at < 0)
            {
                processor = null;
                return Fail("Reference " + reference.ItemSpec + ": a HintPath into a package of packages.config expected, got \"" + hint + "\".");
            }

            Package package = packages.First(p => string.Equals(p.Folder, parts[at], StringComparison.OrdinalIgnoreCase));
            string inside = string.Join("/", parts.Skip(at + 1));
            string beside = Path.GetFullPath(Path.Combine(ProjectFolder, hint));
            string folder = File.Exists(beside) ? Path.GetFullPath(Path.Combine(ProjectFolder, string.Join("/", parts.Take(at + 1)))) : package.In(roots);
            if (folder == null)
            {
                if (!missing.Contains(package))
                {
                    missing.Add(package);
                }

                continue;
            }

            string file = Path.Combine(folder, inside);
            string pe = Path.ChangeExtension(file, ".pe");
            if (!File.Exists(file) || !File.Exists(pe))
            {
                processor = null;
                return Fail("Package " + package.Id + " " + package.Version + ": " + (File.Exists(file) ? Path.GetFileName(pe) : inside) + " expected in " + folder + ", not found.");
            }

            files.Add(file);
        }

        Package own = new Package(MetadataProcessor, MetadataProcessorVersion);
        string ownFolder = own.In(roots);
        processor = ownFolder == null ? null : Path.Combine(ownFolder, "lib", MetadataProcessorFramework) + Path.DirectorySeparatorChar;
        if (ownFolder == null)
        {
            missing.Add(own);
        }

        return true;
    }

    // Where NuGet keeps packages, as it wrote it for the generated project: the user's global packages folder and any fallback folders.
    private List<string> Roots()
    {
        string props = Path.Combine(RestoreFolder, "packages.csproj.nuget.g.props");
        return !File.Exists(props)
            ? new List<string>()
            : XDocument.Load(props).Descendants().Where(e => e.Name.LocalName == "NuGetPackageFolders").SelectMany(e => e.Value.Split(';')).Where(f => f.Length > 0).ToList();
    }

    private string RunRestore(List<Package> packages)
    {
        string project = Path.Combine(RestoreFolder, "packages.csproj");
        IEnumerable<XElement> downloads = packages.Concat(new[] { new Package(MetadataProcessor, MetadataProcessorVersion) })
            .Select(p => new XElement("PackageDownload", new XAttribute("Include", p.Id), new XAttribute("Version", "[" + p.Version + "]")));
        new XDocument(new XElement(
            "Project",
            new XElement(
                "PropertyGroup",
                new XElement("ImportDirectoryBuildProps", "false"),
                new XElement("ImportDirectoryBuildTargets", "false"),
                new XElement("ImportDirectoryPackagesProps", "false"),
                new XElement("MSBuildProjectExtensionsPath", "$(MSBuildProjectDirectory)/")),
            new XElement("Import", new XAttribute("Project", "Sdk.props"), new XAttribute("Sdk", "Microsoft.NET.Sdk")),
            new XElement(
                "PropertyGroup",
                new XElement("TargetFramework", "netstandard2.0"),
                new XElement("DisableImplicitFrameworkReferences", "true"),
                new XElement("NuGetAudit", "false")),
            new XElement("ItemGroup", downloads),
            new XElement("Import", new XAttribute("Project", "Sdk.targets"), new XAttribute("Sdk", "Microsoft.NET.Sdk")))).Save(project);

        ProcessStartInfo start = new ProcessStartInfo(string.IsNullOrEmpty(DotNet) ? "dotnet" : DotNet, "msbuild \"" + project + "\" -t:Restore -nologo -verbosity:minimal -nodeReuse:false")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RestoreFolder,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en"; // its words are looked at below
        foreach (string inherited in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        using (Process process = Process.Start(start))
        {
            System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
            string said = process.StandardOutput.ReadToEnd() + errors.Result;
            process.WaitForExit();
            Log.LogMessage(MessageImportance.Low, said);
            return said;
        }
    }

    private static string Sentence(List<Package> missing, string said)
    {
        List<string> errors = Regex.Matches(said, @"error (NU\d+: .*?)( \[|\r|\n|$)").Cast<Match>().Select(m => m.Groups[1].Value.TrimEnd('.', ' ')).Distinct().ToList();
        // One absent package keeps NuGet from unpacking the others: name those it looked for in vain.
        List<Package> absent = missing.Where(p => errors.Any(e => Regex.IsMatch(e, "^NU110[0-3].*\\b" + Regex.Escape(p.Id) + "(?![.\\w])"))).ToList();
        string names = string.Join(", ", (absent.Count > 0 ? absent : missing).Select(p => p.Id + " " + p.Version));
        string other = errors.FirstOrDefault(e => !Regex.IsMatch(e, "^NU110[0-3]"));
        if (other != null)
        {
            return "Packages could not be restored (" + other + "): " + names + ".";
        }

        IEnumerable<string> sources = Regex.Matches(said, @"in source\(s\): (.*)").Cast<Match>().SelectMany(m => m.Groups[1].Value.Split(','))
            .Concat(Regex.Matches(said, @"version\(s\) in (.*?)( \[|\r|\n|$)").Cast<Match>().Select(m => m.Groups[1].Value))
            .Select(s => s.Trim()).Where(s => s.Length > 0).Distinct();
        string list = string.Join(", ", sources);
        return "No configured NuGet source (" + (list.Length == 0 ? "none" : list) + ") has " + names + ": add one that does with \"dotnet nuget add source\" and build again.";
    }

    private bool Fail(string sentence)
    {
        Log.LogError(null, null, null, PackagesConfig, 0, 0, 0, 0, "{0}", sentence);
        return false;
    }

    private sealed class Package
    {
        public readonly string Id;
        public readonly string Version;

        public Package(string id, string version)
        {
            Id = id;
            Version = version;
        }

        public string Folder
        {
            get { return Id + "." + Version; }
        }

        public string In(List<string> roots)
        {
            return roots.Select(r => Path.Combine(r, Id.ToLowerInvariant(), Version.ToLowerInvariant())).FirstOrDefault(f => File.Exists(Path.Combine(f, ".nupkg.metadata")) || File.Exists(Path.Combine(f, Id.ToLowerInvariant() + ".nuspec")));
        }
    }
}
