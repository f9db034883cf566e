using Npgsql;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Gateway.Telemetry;

/// <summary>Which database keeps what wearables report.</summary>
public enum StoreKind
{
    /// <summary>A file in the data folder.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server.</summary>
    Postgres,
}

/// <summary>The owner's choice of store, as given with <c>--store</c>.</summary>
/// <param name="Kind">Kind of database.</param>
/// <param name="Place">Of SQLite the file, empty for that of the data folder; of PostgreSQL the connection in Npgsql's own words, which may hold a password.</param>
public sealed record StoreChoice(StoreKind Kind, string Place = "")
{
    /// <summary>How a store is written.</summary>
    public const string Syntax = "sqlite, postgres://USER@HOST:PORT/DATABASE or postgres:Host=HOST;Database=NAME;Username=USER";

    /// <summary>The whole choice, password and all, for those who write no command line.</summary>
    public const string Variable = "WEARABLE_STORE";

    /// <summary>The password alone.</summary>
    public const string PasswordVariable = "WEARABLE_STORE_PASSWORD";

    private const string UsualName = "wearable";

    /// <summary>The file of the data folder.</summary>
    public static StoreChoice Sqlite { get; } = new(StoreKind.Sqlite);

    /// <summary>Reads a choice from the command line, or where there is none from <see cref="Variable"/>; the password from <see cref="PasswordVariable"/>.</summary>
    /// <param name="given">What the command line says; null for nothing.</param>
    /// <param name="environment">Value of a variable; null when not set.</param>
    /// <param name="problem">What was expected and what came, without any password; empty on success.</param>
    public static StoreChoice? Parse(string? given, Func<string, string?> environment, out string problem)
    {
        if (given is null && environment(Variable) is not { Length: > 0 })
        {
            problem = "";
            return Sqlite;
        }

        string name = given is null ? Variable : "--store";
        StoreChoice? choice = Read(given ?? environment(Variable)!, out problem);
        if (choice is null)
        {
            problem = $"{name}: {problem}";
            return null;
        }

        if (choice.Kind == StoreKind.Sqlite)
        {
            problem = choice.Place.Length > 0 ? $"{name}: the file {SqliteStore.FileName} lies in the data folder; choose that with --data FOLDER" : "";
            return problem.Length > 0 ? null : choice;
        }

        NpgsqlConnectionStringBuilder connection = new(choice.Place);
        if (given is not null && connection.Password is not null)
        {
            problem = $"--store: a password on the command line is seen by every user of this machine; put it into {PasswordVariable} or a passfile instead";
            return null;
        }

        if (connection.Password is null && environment(PasswordVariable) is { Length: > 0 } password)
        {
            connection.Password = password;
        }

        return choice with { Place = connection.ConnectionString };
    }

    /// <summary>Reads a choice as it is written.</summary>
    /// <param name="text">As <see cref="Syntax"/> says; <c>sqlite:FILE</c> names a file elsewhere.</param>
    /// <param name="problem">What was expected and what came, without any password; empty on success.</param>
    public static StoreChoice? Read(string text, out string problem)
    {
        problem = "";
        if (text == "sqlite")
        {
            return Sqlite;
        }

        if (text.StartsWith("sqlite:", StringComparison.Ordinal) && text.Length > "sqlite:".Length)
        {
            return new StoreChoice(StoreKind.Sqlite, text["sqlite:".Length..]);
        }

        NpgsqlConnectionStringBuilder? connection = text.StartsWith("postgres:", StringComparison.Ordinal) || text.StartsWith("postgresql:", StringComparison.Ordinal)
            ? Connection(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..], out problem)
            : null;
        if (connection is null)
        {
            problem = problem.Length > 0 ? problem : $"{Syntax} expected, got \"{(text.Contains('@') || text.Contains('=') ? "something else" : text)}\"";
            return null;
        }

        connection.Username ??= UsualName;
        connection.Database ??= UsualName;
        return new StoreChoice(StoreKind.Postgres, connection.ConnectionString);
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => Kind == StoreKind.Sqlite
        ? Place.Length == 0 ? "sqlite" : $"sqlite:{Place}"
        : $"postgres:{new NpgsqlConnectionStringBuilder(Place) { Password = null }.ConnectionString}";

    private static NpgsqlConnectionStringBuilder? Connection(string text, out string problem)
    {
        problem = "";
        try
        {
            NpgsqlConnectionStringBuilder connection = text.StartsWith("//", StringComparison.Ordinal) ? OfAddress(new Uri("postgres:" + text)) : new NpgsqlConnectionStringBuilder(text);
            problem = string.IsNullOrEmpty(connection.Host) ? "a host expected, such as postgres://wearable@localhost/wearable" : "";
            return problem.Length == 0 ? connection : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The message may repeat the text, and with it a password.
            problem = $"{Syntax} expected, got a word PostgreSQL's client does not know or a value it cannot read";
            return null;
        }
    }

    private static NpgsqlConnectionStringBuilder OfAddress(Uri address)
    {
        NpgsqlConnectionStringBuilder connection = new() { Host = address.Host };
        if (address.Port > 0)
        {
            connection.Port = address.Port;
        }

        string[] user = address.UserInfo.Split(':', 2);
        connection.Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null;
        connection.Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null;
        string database = address.AbsolutePath.Trim('/');
        connection.Database = database.Length > 0 ? Uri.UnescapeDataString(database) : null;
        foreach (string pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
            connection[parts[0]] = parts[0].Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? value.Replace("-", "", StringComparison.Ordinal) : value; // verify-full is VerifyFull here
        }

        return connection;
    }
}
