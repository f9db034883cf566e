using System.Text.Json.Nodes;

namespace Wearable.Gateway.Pulse;

/// <summary>
/// FHIR R4: one Observation a line (application/fhir+ndjson) in the heart-rate profile of the vital signs: LOINC 8867-4, UCUM <c>/min</c>. A
/// stretch without a believed rate is one Observation with a reason instead of a value, over its period.
/// </summary>
internal sealed class FhirExport(string deviceId) : HeartExport
{
    private HeartRow? _first;
    private HeartRow? _last;

    public override string ContentType => "application/fhir+ndjson";

    public override string Extension => "ndjson";

    protected override IEnumerable<string> Take(HeartRow row)
    {
        if (row.RateBpm is null && row.State == _first?.State && row.ReEstimated == _first.ReEstimated)
        {
            _last = row;
            yield break;
        }

        foreach (string line in Finish())
        {
            yield return line;
        }

        if (row.RateBpm is null)
        {
            (_first, _last) = (row, row);
            yield break;
        }

        JsonObject observation = Observation(row);
        observation["effectiveDateTime"] = Iso(row.At);
        observation["valueQuantity"] = new JsonObject
        {
            ["value"] = (decimal)row.RateBpm.Value,
            ["unit"] = "beats/minute",
            ["system"] = "http://unitsofmeasure.org",
            ["code"] = "/min",
        };
        yield return Line(observation);
    }

    protected override IEnumerable<string> Finish()
    {
        if (_first is not null)
        {
            JsonObject observation = Observation(_first);
            observation["effectivePeriod"] = new JsonObject { ["start"] = Iso(_first.At), ["end"] = Iso(_last!.At) };
            string code = _first.State == "sensor_error" ? "error" : _first.State == "no_contact" ? "not-performed" : "unknown";
            observation["dataAbsentReason"] = Concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", code, code);
            observation["dataAbsentReason"]!["text"] = _first.State;
            (_first, _last) = (null, null);
            yield return Line(observation);
        }
    }

    private static JsonObject Concept(string system, string code, string display) =>
        new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code, ["display"] = display }) };

    private JsonObject Observation(HeartRow row) => new()
    {
        ["resourceType"] = "Observation",
        ["id"] = $"{deviceId}-{row.At.ToUnixTimeMilliseconds()}{(row.ReEstimated ? "-again" : "")}",
        ["meta"] = new JsonObject { ["profile"] = new JsonArray("http://hl7.org/fhir/StructureDefinition/heartrate") },
        ["status"] = row.State == "settling" && row.RateBpm is not null ? "preliminary" : "final",
        ["category"] = new JsonArray(Concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", "Vital Signs")),
        ["code"] = Concept("http://loinc.org", "8867-4", "Heart rate"),
        ["subject"] = new JsonObject { ["type"] = "Patient", ["display"] = "wearer of " + deviceId },
        ["method"] = new JsonObject { ["text"] = row.ReEstimated ? "photoplethysmography, re-estimated with 10 s more" : "photoplethysmography, live" },
        ["device"] = new JsonObject { ["display"] = deviceId },
        ["note"] = new JsonArray(new JsonObject { ["text"] = $"{HeartRow.Notice}. Quality {row.Quality} of 100." }),
    };
}
