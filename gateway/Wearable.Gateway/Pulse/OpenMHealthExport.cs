using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Wearable.Gateway.Pulse;

/// <summary>Open mHealth: one data point a line, schema omh:heart-rate:2.0 under header 1.2. Times without a believed rate have no form there and are left out.</summary>
internal sealed class OpenMHealthExport(string deviceId) : HeartExport
{
    public override string ContentType => "application/x-ndjson";

    public override string Extension => "ndjson";

    protected override IEnumerable<string> Take(HeartRow row)
    {
        if (row.RateBpm is not double rate)
        {
            yield break;
        }

        string at = Iso(row.At);
        yield return Line(new JsonObject
        {
            ["header"] = new JsonObject
            {
                ["id"] = IdOf(row),
                ["creation_date_time"] = at,
                ["schema_id"] = new JsonObject { ["namespace"] = "omh", ["name"] = "heart-rate", ["version"] = "2.0" },
                ["acquisition_provenance"] = new JsonObject
                {
                    ["source_name"] = $"Wearable {deviceId} ({row.Kind}). {HeartRow.Notice}.",
                    ["source_creation_date_time"] = at,
                    ["modality"] = "sensed",
                },
                ["user_id"] = deviceId,
            },
            ["body"] = new JsonObject
            {
                ["heart_rate"] = new JsonObject { ["value"] = (decimal)rate, ["unit"] = "beats/min" },
                ["effective_time_frame"] = new JsonObject { ["date_time"] = at },
            },
        });
    }

    // The same reading has the same id in every export, so that importing twice does not double it.
    private string IdOf(HeartRow row) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{deviceId} {row.At.ToUnixTimeMilliseconds()} {row.Kind}")).AsSpan(0, 16), bigEndian: true).ToString();
}
