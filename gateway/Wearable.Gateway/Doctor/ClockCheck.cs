using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Doctor;

/// <summary>Whether the clock can be right: not before this program was made, not before what was stored, and near the clocks of the wearables.</summary>
internal static class ClockCheck
{
    private const string Check = "clock";
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1), WearableSlack = TimeSpan.FromSeconds(30);

    /// <summary>Looks.</summary>
    public static Finding Look(Patient patient)
    {
        DateTimeOffset now = patient.Time.GetUtcNow();
        const string Cure = "Switch on time from the internet (timedatectl set-ntp true; on Windows and macOS in the settings of date and time), then restart the gateway.";
        DateTimeOffset made = File.GetLastWriteTimeUtc(typeof(ClockCheck).Assembly.Location);
        if (now < made - TimeSpan.FromDays(1))
        {
            return Finding.Fault(Check, $"{Text(now)}, before this program was made", $"after {Text(made)}", Cure);
        }

        string file = Path.Combine(patient.Options.DataFolder, SqliteStore.FileName);
        try
        {
            if (File.Exists(file))
            {
                using SqliteConnection connection = SqliteStore.ConnectToLook(file);
                if (Newest(connection) is DateTimeOffset newest && now < newest - Slack)
                {
                    return Finding.Fault(Check, $"{Text(now)}, {Span(newest - now)} before the newest row in the database", $"after {Text(newest)}", Cure);
                }

                if (Difference(connection) is (string device, TimeSpan behind) && behind.Duration() > WearableSlack)
                {
                    return Finding.Warning(Check, $"{Text(now)}; the clock of {device} is {Span(behind.Duration())} {(behind > TimeSpan.Zero ? "behind" : "ahead")}", $"both within {WearableSlack.TotalSeconds:0} s", $"Check this machine's clock; if it is right, restart {device}, which takes its time from the internet.");
                }
            }
        }
        catch (SqliteException)
        {
            // The database has a finding of its own.
        }

        return Finding.Ok(Check, Text(now));
    }

    private static DateTimeOffset? Newest(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT MAX(at) FROM (SELECT MAX(at) AS at FROM numbers UNION ALL SELECT MAX(at) FROM turns UNION ALL SELECT MAX(at) FROM retained UNION ALL SELECT MAX(at) FROM events)";
        return command.ExecuteScalar() is long at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    // Of the newest events of one wearable that knew the time: the median difference between receipt and its own clock.
    private static (string Device, TimeSpan Behind)? Difference(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT device, at, payload FROM events ORDER BY id DESC LIMIT 50";
        List<(string Device, long Ms)> differences = [];
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            if (OwnTime(rows.GetString(2)) is > 0 and long own)
            {
                differences.Add((rows.GetString(0), rows.GetInt64(1) - own));
            }
        }

        return differences.GroupBy(each => each.Device).Select(group => (group.Key, Ms: group.Select(each => each.Ms).Order().ElementAt(group.Count() / 2)))
            .OrderByDescending(each => Math.Abs(each.Ms)).Select(each => ((string, TimeSpan)?)(each.Key, TimeSpan.FromMilliseconds(each.Ms))).FirstOrDefault();
    }

    private static long? OwnTime(string payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("ts", out JsonElement ts) && ts.TryGetInt64(out long ms) ? ms : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => span.TotalDays >= 2 ? $"{(int)span.TotalDays} days" : span.TotalMinutes >= 2 ? $"{(int)span.TotalMinutes} minutes" : $"{(int)span.TotalSeconds} s";
}
