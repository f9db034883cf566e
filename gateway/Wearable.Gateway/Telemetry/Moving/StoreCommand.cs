using System.CommandLine;
using Wearable.Gateway.Telemetry.Postgres;

namespace Wearable.Gateway.Telemetry.Moving;

/// <summary>The verb <c>store</c>: moves what is stored from SQLite to PostgreSQL.</summary>
public sealed class StoreCommand
{
    private readonly Func<string, string?> _environment;
    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Option<string> _from = new("--from") { Description = "sqlite:FILE, or sqlite for that of the data folder.", DefaultValueFactory = _ => "sqlite", HelpName = "WHERE" };
    private readonly Option<string> _to = new("--to")
    {
        Description = $"An empty database: {StoreChoice.Syntax[(StoreChoice.Syntax.IndexOf("postgres", StringComparison.Ordinal))..]}; its password in {StoreChoice.PasswordVariable}.",
        Required = true,
        HelpName = "WHERE",
    };

    private StoreCommand(Func<ParseResult, GatewayOptions> optionsOf, Func<string, string?> environment)
    {
        _optionsOf = optionsOf;
        _environment = environment;
    }

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="environment">Value of a variable; the system's when not given.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, Func<string, string?>? environment = null) =>
        new StoreCommand(optionsOf, environment ?? Environment.GetEnvironmentVariable).Make();

    private Command Make()
    {
        Command migrate = new("migrate", "Copies a SQLite file into an empty PostgreSQL database, whole or not at all. Stop the gateway first; the file stays as it is.") { _from, _to };
        migrate.SetAction(MigrateAsync);
        return new Command("store", "Moves what is stored to another database.") { migrate };
    }

    private async Task<int> MigrateAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        GatewayOptions options = _optionsOf(parsed);
        StoreChoice? from = StoreChoice.Read(parsed.GetRequiredValue(_from), out string problem);
        if (from?.Kind != StoreKind.Sqlite)
        {
            return await RefuseAsync(parsed, $"--from: sqlite:FILE expected{(problem.Length > 0 ? "" : ", got a server")}.").ConfigureAwait(false);
        }

        StoreChoice? to = StoreChoice.Parse(parsed.GetRequiredValue(_to), _environment, out problem);
        if (to?.Kind != StoreKind.Postgres)
        {
            return await RefuseAsync(parsed, problem.Length > 0 ? problem.Replace("--store", "--to", StringComparison.Ordinal) + "." : "--to: a PostgreSQL database expected, got sqlite.").ConfigureAwait(false);
        }

        string file = from.Place.Length > 0 ? Path.GetFullPath(from.Place) : Path.Combine(options.DataFolder, Sqlite.SqliteStore.FileName);
        try
        {
            await using PostgresStore store = await PostgresStore.OpenAsync(to, options.KeepDays, output.WriteLine, cancellation).ConfigureAwait(false);
            output.WriteLine($"From {file} to {store.Name}:");
            await StoreMove.RunAsync(file, store, moved => output.WriteLine($"{moved.Table,-12} {moved.Rows,12:N0} rows  {moved.Sum[..16]}"), cancellation).ConfigureAwait(false);
            output.WriteLine($"Moved; counts and checksums are equal. Start the gateway with --store {to}.");
            return 0;
        }
        catch (GatewayStartException e)
        {
            return await RefuseAsync(parsed, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresProblem.IsAway(e))
        {
            return await RefuseAsync(parsed, $"Broken off, nothing was moved: {e.Message}").ConfigureAwait(false);
        }
    }

    private static async Task<int> RefuseAsync(ParseResult parsed, string sentence)
    {
        await parsed.InvocationConfiguration.Error.WriteLineAsync(sentence).ConfigureAwait(false);
        return 1;
    }
}
