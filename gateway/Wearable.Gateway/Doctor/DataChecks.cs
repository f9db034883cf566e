using System.Globalization;
using Microsoft.Data.Sqlite;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Telemetry.Postgres;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Doctor;

/// <summary>The data folder: rights, room, settings, accounts, database. Nothing is changed.</summary>
internal static class DataChecks
{
    private const long LeastBytes = 200_000_000, EnoughBytes = 1_000_000_000;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private static readonly string[] Secrets = [SqliteStore.FileName, DeviceAccounts.FileName, UserAccounts.FileName, GatewayCertificate.KeyFile, Tool.RunningGateway.FileName];

    /// <summary>Whether the folder can be written, and only by this user.</summary>
    public static Finding Folder(Patient patient)
    {
        const string Check = "data folder";
        string folder = patient.Options.DataFolder;
        if (!Directory.Exists(folder))
        {
            return Parent(folder) is string parent
                ? patient.MayUse(parent) ? Finding.Ok(Check, $"{folder} is made at the first start") : Unwritable(Check, folder, $"{parent} cannot be written")
                : Unwritable(Check, folder, "it lies below a file");
        }

        try
        {
            string probe = Path.Combine(folder, ".doctor-" + Guid.NewGuid().ToString("N"));
            PrivateFile.Open(probe, FileMode.CreateNew).Dispose();
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unwritable(Check, folder, e.Message.TrimEnd('.'));
        }

        return OpenToOthers(folder, patient.Options.SecretFile) is string open
            ? Finding.Fault(Check, $"others on this machine have rights on {open}", "rights for this user only", $"chmod go-rwx {open}; if somebody may have read it, make new passwords (device add --replace, user add).")
            : Finding.Ok(Check, folder);
    }

    /// <summary>Room on the disk.</summary>
    public static Finding Disk(Patient patient)
    {
        const string Check = "free disk";
        string folder = Parent(patient.Options.DataFolder) ?? Path.GetTempPath();
        long free = patient.FreeBytes(Directory.Exists(patient.Options.DataFolder) ? patient.Options.DataFolder : folder);
        string found = string.Create(CultureInfo.InvariantCulture, $"{free / 1_000_000} MB where {patient.Options.DataFolder} is");
        string cure = $"Free some room, keep fewer days (--keep-days DAYS, now {patient.Options.KeepDays}), or choose another folder with --data FOLDER.";
        return free < LeastBytes ? Finding.Fault(Check, found, $"{LeastBytes / 1_000_000} MB or more", cure)
            : free < EnoughBytes ? Finding.Warning(Check, found, $"{EnoughBytes / 1_000_000} MB or more", cure) : Finding.Ok(Check, found);
    }

    /// <summary>Files that the owner writes or the tool keeps, read as the gateway reads them.</summary>
    public static IEnumerable<Finding> Files(Patient patient)
    {
        yield return Read("safety settings", SafetySettingsFile.Name, () => SafetySettingsFile.Load(patient.Options.DataFolder), "Correct what the sentence names, or move the file away: then the defaults hold, a child under eight.");
        yield return Read("heart settings", HeartSettings.FileName, () => HeartSettings.Load(patient.Options.DataFolder), "Correct what the sentence names, or move the file away.");
        yield return Read("accounts of wearables", DeviceAccounts.FileName, () => new DeviceAccounts(patient.Options, patient.Time), "Restore it from a copy, or move it away and add the wearables again.");
        yield return Read("users", UserAccounts.FileName, () => new UserAccounts(patient.Options), "Restore it from a copy, or move it away and add the users again.");

        Finding Read(string check, string name, Func<object> load, string cure)
        {
            string file = Path.Combine(patient.Options.DataFolder, name);
            if (!File.Exists(file))
            {
                return Finding.Skipped(check, $"no {name}");
            }

            try
            {
                load();
                return Finding.Ok(check, file);
            }
            catch (GatewayStartException e)
            {
                return Finding.Fault(check, e.Message.TrimEnd('.'), "a file the gateway can read", cure);
            }
        }
    }

    /// <summary>Whether the database opens, is sound, and is of a schema this gateway knows.</summary>
    public static Finding Database(Patient patient) => patient.Options.Store.Kind == StoreKind.Postgres ? Server(patient) : SqliteFile(patient);

    private static Finding Server(Patient patient)
    {
        const string Check = "database";
        try
        {
            int version = Task.Run(() => PostgresStore.LookAsync(patient.Options.Store)).GetAwaiter().GetResult();
            return version == 0 ? Finding.Ok(Check, $"{patient.Options.Store}, tables are made at the first start")
                : version > PostgresStore.SchemaVersion ? Finding.Fault(Check, $"schema {version}, of a newer gateway", $"schema {PostgresStore.SchemaVersion} or older", "Update the gateway, or choose another database with --store.")
                : Finding.Ok(Check, $"{patient.Options.Store}, schema {version}");
        }
        catch (Exception e) when (e is GatewayStartException or StoreAwayException)
        {
            return Finding.Fault(Check, e.Message.TrimEnd('.'), "a server that answers", "Do what the sentence says; docs/stores.md shows how to set one up.");
        }
    }

    private static Finding SqliteFile(Patient patient)
    {
        const string Check = "database";
        string file = Path.Combine(patient.Options.DataFolder, SqliteStore.FileName);
        if (!File.Exists(file))
        {
            return Finding.Skipped(Check, $"{file} is made at the first start");
        }

        string damaged = $"Stop the gateway, move {file} with its -wal and -shm away and restore a copy; without one it starts an empty one ('sqlite3 {file} .recover' may save rows).";
        try
        {
            using SqliteConnection connection = SqliteStore.ConnectToLook(file);
            int version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
            if (version > SqliteStore.SchemaVersion)
            {
                return Finding.Fault(Check, $"schema {version}, of a newer gateway", $"schema {SqliteStore.SchemaVersion} or older", "Update the gateway, or choose another folder with --data FOLDER.");
            }

            string sound = (string)Scalar(connection, "PRAGMA quick_check(1)")!;
            return sound == "ok"
                ? Finding.Ok(Check, string.Create(CultureInfo.InvariantCulture, $"sound, schema {version}, {new FileInfo(file).Length / 1_000_000.0:0.0} MB"))
                : Finding.Fault(Check, $"damaged: {Mqtt.LogText.Clean(sound)}", "a sound database", damaged);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26) // corrupt, not a database
        {
            return Finding.Fault(Check, $"damaged ({e.Message.TrimEnd('.')})", "a sound database", damaged);
        }
        catch (SqliteException e)
        {
            return Finding.Fault(Check, $"{file} cannot be read ({e.Message.TrimEnd('.')})", "a database that opens", "Give this user rights on the data folder and its files.");
        }
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static Finding Unwritable(string check, string folder, string why) =>
        Finding.Fault(check, $"{folder} cannot be written ({why})", "a folder this user can write", "Give this user rights on it, or choose another with --data FOLDER.");

    private static string? OpenToOthers(string folder, string secretFile)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        foreach (string path in Secrets.Select(name => Path.Combine(folder, name)).Append(secretFile).Where(File.Exists).Prepend(folder))
        {
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                return path;
            }
        }

        return null;
    }

    // The nearest folder above that is there; null below a file.
    private static string? Parent(string folder)
    {
        string? parent = folder;
        while (parent is not null && !Directory.Exists(parent))
        {
            if (File.Exists(parent))
            {
                return null;
            }

            parent = Path.GetDirectoryName(parent);
        }

        return parent;
    }
}
