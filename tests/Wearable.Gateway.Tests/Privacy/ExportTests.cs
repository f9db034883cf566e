using System.CommandLine;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Privacy;

/// <summary>A person's own copy, written while the gateway runs and read back.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly string _folder = TestGateway.NewFolder();

    private string Out => _folder + "-out";

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        foreach (string folder in new[] { _folder, Out }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Everything_of_one_person_is_there_with_hashes_and_nothing_of_the_other()
    {
        TwoPeople.WriteSettings(_folder);
        await using TestGateway gateway = await TestGateway.StartAsync(options => TwoPeople.Options(options) with { DataFolder = _folder }, keepFolder: true);
        await TwoPeople.LiveAsync(gateway);
        Assert.Equal((0, ""), Export(TwoPeople.Mia));

        JsonElement manifest = Json("manifest.json");
        string[] names = [.. manifest.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString()!)];
        Assert.Equal(
            ["account.json", "beats.jsonl", "events.jsonl", $"files/recordings/{TwoPeople.Mia}/day.jsonl", "health.jsonl", "heart.csv", "heart.fhir.ndjson", "heart.omh.ndjson", "memory.json", "numbers.jsonl", "retained.jsonl", "settings.json", "turns.jsonl"],
            names.Order(StringComparer.Ordinal));
        foreach (JsonElement file in manifest.GetProperty("files").EnumerateArray())
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(Out, file.GetProperty("name").GetString()!));
            Assert.Equal((file.GetProperty("bytes").GetInt64(), file.GetProperty("sha256").GetString()), (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }

        Assert.Equal(51, File.ReadAllLines(Path.Combine(Out, "heart.csv")).Length); // a head and fifty
        Assert.Equal(50, File.ReadAllLines(Path.Combine(Out, "heart.fhir.ndjson")).Length); // one without a value says why
        JsonElement turn = JsonDocument.Parse(File.ReadAllLines(Path.Combine(Out, "turns.jsonl")).Single()).RootElement;
        Assert.Equal(TwoPeople.MiasWords, turn.GetProperty("heard").GetString());
        string button = File.ReadAllLines(Path.Combine(Out, "events.jsonl")).Single(line => line.Contains("evt/button", StringComparison.Ordinal));
        Assert.Equal("short", JsonDocument.Parse(button).RootElement.GetProperty("payload").GetProperty("what").GetString());
        Assert.Equal(TwoPeople.MiasFact, Json("memory.json")[0].GetString());
        Assert.Equal(("8-12", 9), (Json("settings.json").GetProperty("safety").GetProperty("band").GetString(), Json("settings.json").GetProperty("heart").GetProperty("age").GetInt32()));
        Assert.Equal("Mia's bear", Json("account.json").GetProperty("name").GetString());
        Assert.Equal("Not a medical device", manifest.GetProperty("notice").GetString());
        foreach (string text in (string[])[TwoPeople.Tom, "Whiskers", "sha256:"])
        {
            Assert.Empty(TwoPeople.FilesWith(Out, text));
        }
    }

    [Fact]
    public async Task A_folder_with_files_is_refused_and_a_person_unknown_gets_empty_lists()
    {
        await using (await TestGateway.StartAsync(options => options with { DataFolder = _folder }, keepFolder: true))
        {
        }

        Assert.Equal((0, ""), Export("nobody"));
        Assert.Empty(File.ReadAllLines(Path.Combine(Out, "events.jsonl")));
        (int exit, string error) = Export("nobody");
        Assert.Equal((1, $"--out: an empty folder expected, {Out} holds files."), (exit, error.Trim()));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_copy_is_for_this_user_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes");
        await using (await TestGateway.StartAsync(options => options with { DataFolder = _folder }, keepFolder: true))
        {
        }

        Export("bear");
        Assert.All(Directory.EnumerateFiles(Out), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Out));
    }

    private JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Out, name))).RootElement;

    private (int Exit, string Error) Export(string id)
    {
        GatewayCommand command = new((_, _) => Task.FromResult(99));
        command.Root.Subcommands.Add(ExportCommand.Make(command.OptionsOf));
        using StringWriter output = new(), error = new();
        int exit = command.Root.Parse(["export", id, "--out", Out, "--data", _folder]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (exit, error.ToString());
    }
}
