using System.CommandLine;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Privacy;

/// <summary>The verb <c>export</c>: everything of one person in open formats, out of the data folder; the gateway may run meanwhile.</summary>
public static class ExportCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf)
    {
        Argument<string> which = new("id") { Description = "The wearable's id." };
        which.CompletionSources.Add(context => KnownDevices.Of(context, optionsOf));
        Option<string> folder = new("--out") { Description = "Empty or new folder, readable by you only.", Required = true, HelpName = "FOLDER" };
        Command export = new("export", "Writes everything that is stored of one wearable's person, in open formats, with a list of hashes.") { which, folder };
        export.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, async () =>
        {
            string id = parsed.GetRequiredValue(which), target = Path.GetFullPath(parsed.GetRequiredValue(folder));
            GatewayOptions options = optionsOf(parsed);
            string file = Path.Combine(options.DataFolder, Telemetry.Sqlite.SqliteStore.FileName);
            if (!Ids.IsValid(id))
            {
                throw new ToolException(ToolExit.Refused, $"id: 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{id}\".");
            }

            if (options.Store.Kind == StoreKind.Sqlite && !File.Exists(file))
            {
                throw new ToolException(ToolExit.Refused, $"{file}: no such database; the gateway makes it when it first runs, another folder is chosen with --data FOLDER.");
            }

            PersonExport.Manifest manifest = await new PersonExport(options, TimeProvider.System).WriteAsync(id, target, cancellation).ConfigureAwait(false);
            TextWriter output = parsed.InvocationConfiguration.Output;
            foreach (PersonExport.Entry entry in manifest.Files)
            {
                output.WriteLine($"{entry.Bytes,12}  {entry.Name,-16}  {entry.What}{(entry.Rows is long rows ? $", {rows}" : "")}");
            }

            output.WriteLine($"{Path.Combine(target, PersonExport.ManifestFile)} lists them with their SHA-256 and what was never stored. {manifest.Notice}.");
            return ToolExit.Done;
        }));
        return export;
    }
}
