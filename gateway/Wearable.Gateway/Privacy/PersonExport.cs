using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Privacy;

/// <summary>
/// Gives a person everything a data folder holds of them, in formats that other programs read: heart rate as CSV, FHIR R4 and Open mHealth, every
/// other table as JSON lines, remembered facts, settings, the account without its secrets, files as they are; and a manifest with each file's
/// SHA-256 and what is not in it. A gateway may run meanwhile.
/// </summary>
public sealed class PersonExport(GatewayOptions options, TimeProvider time)
{
    /// <summary>Name of the list of all files.</summary>
    public const string ManifestFile = "manifest.json";

    /// <summary>What no export holds, because it was never stored.</summary>
    public static IReadOnlyList<string> NeverStored { get; } =
    [
        "sound of the microphone",
        "words of conversations, unless the gateway ran with --allow-words (then in turns.jsonl)",
        "light of the pulse sensor and acceleration, unless recorded on purpose",
        "passwords: only hashes are kept, and they are not exported",
        "data older than --keep-days",
    ];

    // Their own formats hold these; sums are made of them.
    private static readonly string[] HeartTables = ["heart", "heart_again"];
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>One file of an export.</summary>
    /// <param name="Name">Relative to the folder, with forward slashes.</param>
    /// <param name="What">What it holds.</param>
    /// <param name="Rows">Readings, lines or facts; null where that says nothing.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="Sha256">Of its bytes, lower-case hexadecimal.</param>
    public sealed record Entry(string Name, string What, long? Rows, long Bytes, string Sha256);

    /// <summary>The list of all files.</summary>
    public sealed record Manifest(int Format, string Device, string ExportedAt, string Gateway, string Notice, IReadOnlyList<Entry> Files, IReadOnlyList<string> NotStored);

    /// <summary>Writes the export.</summary>
    /// <param name="deviceId">Whose.</param>
    /// <param name="folder">Made when absent, readable by this user only; must be empty.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ErasureException">The folder cannot be used.</exception>
    /// <exception cref="GatewayStartException">Database or settings cannot be used.</exception>
    public async Task<Manifest> WriteAsync(string deviceId, string folder, CancellationToken cancellation = default)
    {
        try
        {
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new ErasureException($"--out: an empty folder expected, {folder} holds files.");
            }

            ExportFolder files = new(folder);
            await using IStore store = await Stores.OpenAsync(options, cancellation: cancellation).ConfigureAwait(false);
            await HeartsAsync(files, new HeartArchive(store), deviceId, cancellation).ConfigureAwait(false);
            await TablesAsync(files, store, deviceId, cancellation).ConfigureAwait(false);

            Facts(files, deviceId);
            files.Write("settings.json", "safety and heart settings in force for it", null, Text(Settings(deviceId)));
            Account(files, deviceId);
            foreach (string file in PersonFiles.Of(options.DataFolder, deviceId).Where(file => !file.StartsWith("memory", StringComparison.Ordinal)))
            {
                files.Copy(Path.Combine(options.DataFolder, file), "files/" + file.Replace('\\', '/'), "as it lay in the data folder");
            }

            string version = typeof(PersonExport).Assembly.GetName().Version?.ToString(3) ?? "0";
            Manifest manifest = new(1, deviceId, time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), version, HeartRow.Notice, [.. files.Entries], NeverStored);
            files.Write(ManifestFile, "", null, JsonSerializer.SerializeToUtf8Bytes(manifest, Indented));
            return manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ErasureException($"--out: {folder} cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static async Task HeartsAsync(ExportFolder files, HeartArchive archive, string deviceId, CancellationToken cancellation)
    {
        (string Format, string What)[] formats = [("csv", "heart rate, CSV (RFC 4180)"), ("fhir", "heart rate, FHIR R4 Observations, one a line"), ("omh", "heart rate, Open mHealth heart-rate 2.0, one a line")];
        foreach ((string format, string what) in formats)
        {
            HeartExport export = HeartExport.Named(format, deviceId)!;
            string name = format == "csv" ? "heart.csv" : $"heart.{format}.{export.Extension}";
            await files.WriteAsync(name, what, stream => export.WriteAsync(archive.HeartsAsync(deviceId, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, cancellation), stream, cancellation)).ConfigureAwait(false);
        }
    }

    private static async Task TablesAsync(ExportFolder files, IStore store, string deviceId, CancellationToken cancellation)
    {
        foreach (StoreTable table in StoreTable.All.Where(table => !HeartTables.Contains(table.Name)))
        {
            await files.LinesAsync($"{table.Name}.jsonl", $"table {table.Name}, one row a line, times in epoch ms of receipt", PersonRowReader.ReadAsync(store, table, deviceId, cancellation)).ConfigureAwait(false);
        }
    }

    private void Facts(ExportFolder files, string deviceId)
    {
        IReadOnlyList<MemoryEntry> facts = new FactMemory(options).EntriesOf(deviceId);
        files.Write("memory.json", "what it was asked to remember and summaries of conversations, oldest first", facts.Count, JsonSerializer.SerializeToUtf8Bytes(facts, Indented));
    }

    private JsonObject Settings(string deviceId)
    {
        DeviceSafety safety = SafetySettingsFile.Load(options.DataFolder).Of(deviceId);
        return new JsonObject
        {
            ["safety"] = new JsonObject
            {
                ["band"] = AgeBands.NameOf(safety.Band), ["quiet_hours"] = safety.QuietFrom == safety.QuietTo ? "" : $"{safety.QuietFrom:HH\\:mm}-{safety.QuietTo:HH\\:mm}",
                ["session_minutes"] = safety.SessionMinutes, ["memory"] = safety.Remembers, ["helpline"] = safety.Helpline,
            },
            ["heart"] = new JsonObject { ["age"] = HeartSettings.Load(options.DataFolder).AgeOf(deviceId) },
        };
    }

    private void Account(ExportFolder files, string deviceId)
    {
        if (new DeviceAccounts(options, time).All().FirstOrDefault(account => account.Id == deviceId) is DeviceAccount account)
        {
            files.Write("account.json", "its account, without password hashes", null, JsonSerializer.SerializeToUtf8Bytes(new { account.Id, account.Name, account.AddedAt, account.RemovedAt, passwords = account.Passwords.Count }, Indented));
        }
    }

    private static byte[] Text(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Indented));
}
