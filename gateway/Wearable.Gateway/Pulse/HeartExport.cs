using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wearable.Gateway.Pulse;

/// <summary>Writes readings in the forms other programs read, one at a time as they come.</summary>
public abstract class HeartExport
{
    /// <summary>What the exports are called on the command line and in the API.</summary>
    public static IReadOnlyList<string> Names { get; } = ["csv", "fhir", "omh"];

    /// <summary>MIME type.</summary>
    public abstract string ContentType { get; }

    /// <summary>Ending of a file.</summary>
    public abstract string Extension { get; }

    /// <summary>The export of that name; null when there is none.</summary>
    public static HeartExport? Named(string? name, string deviceId) => name switch
    {
        "csv" => new CsvExport(),
        "fhir" => new FhirExport(deviceId),
        "omh" => new OpenMHealthExport(deviceId),
        _ => null,
    };

    /// <summary>Writes all rows. Holds one line, not the file.</summary>
    /// <param name="rows">Readings, oldest first.</param>
    /// <param name="output">Where to; not closed.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task WriteAsync(IAsyncEnumerable<HeartRow> rows, Stream output, CancellationToken cancellation = default)
    {
        await using StreamWriter writer = new(output, new UTF8Encoding(false), bufferSize: 16 * 1024, leaveOpen: true) { NewLine = "\n" };
        await writer.WriteAsync(Head).ConfigureAwait(false);
        await foreach (HeartRow row in rows.WithCancellation(cancellation).ConfigureAwait(false))
        {
            foreach (string line in Take(row))
            {
                await writer.WriteLineAsync(line.AsMemory(), cancellation).ConfigureAwait(false);
            }
        }

        foreach (string line in Finish())
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Before all lines.</summary>
    protected virtual string Head => "";

    /// <summary>The lines that are complete with this reading.</summary>
    protected abstract IEnumerable<string> Take(HeartRow row);

    /// <summary>The lines left at the end.</summary>
    protected virtual IEnumerable<string> Finish() => [];

    /// <summary>A time as ISO 8601 with ms, UTC.</summary>
    protected static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>One line of JSON.</summary>
    protected static string Line(JsonObject json) => json.ToJsonString(JsonSerializerOptions.Web);

    private sealed class CsvExport : HeartExport
    {
        public override string ContentType => "text/csv; charset=utf-8";

        public override string Extension => "csv";

        protected override string Head => "time,bpm,quality,state,source,kind,perfusion_percent,motion_mg,notice\n";

        // RFC 4180 knows no comments, so the notice is a column; no field here can hold a comma or a quote.
        protected override IEnumerable<string> Take(HeartRow row)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Iso(row.At)},{row.RateBpm:0.0},{row.Quality},{row.State},{row.Source},{row.Kind},{row.Perfusion / 1000.0:0.000},{row.MotionMilliG},{HeartRow.Notice}");
        }
    }
}
