using NJsonSchema;

namespace Wearable.Gateway.Tests.Pulse;

/// <summary>A data point of Open mHealth: header 1.2 and body heart-rate 2.0, written down from the public documentation of both.</summary>
internal static class OpenMHealthSchema
{
    private const string DataPoint = """
        {
          "type": "object",
          "required": ["header", "body"],
          "properties": {
            "header": {
              "type": "object",
              "required": ["id", "creation_date_time", "schema_id"],
              "properties": {
                "id": { "type": "string", "minLength": 1 },
                "creation_date_time": { "$ref": "#/definitions/moment" },
                "schema_id": {
                  "type": "object",
                  "required": ["namespace", "name", "version"],
                  "properties": {
                    "namespace": { "enum": ["omh"] },
                    "name": { "enum": ["heart-rate"] },
                    "version": { "enum": ["2.0"] }
                  }
                },
                "acquisition_provenance": {
                  "type": "object",
                  "required": ["source_name"],
                  "properties": {
                    "source_name": { "type": "string" },
                    "source_creation_date_time": { "$ref": "#/definitions/moment" },
                    "modality": { "enum": ["sensed", "self-reported"] }
                  }
                },
                "user_id": { "type": "string" }
              }
            },
            "body": {
              "type": "object",
              "required": ["heart_rate", "effective_time_frame"],
              "properties": {
                "heart_rate": {
                  "type": "object",
                  "required": ["value", "unit"],
                  "properties": { "value": { "type": "number" }, "unit": { "enum": ["beats/min"] } }
                },
                "effective_time_frame": {
                  "type": "object",
                  "oneOf": [{ "required": ["date_time"] }, { "required": ["time_interval"] }],
                  "properties": { "date_time": { "$ref": "#/definitions/moment" }, "time_interval": { "type": "object" } }
                }
              }
            }
          },
          "definitions": { "moment": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$" } }
        }
        """;

    /// <summary>Everything wrong with one data point; empty when it conforms.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(string json) =>
        [.. (await JsonSchema.FromJsonAsync(DataPoint)).Validate(json).Select(problem => $"{problem.Path}: {problem.Kind}")];
}
