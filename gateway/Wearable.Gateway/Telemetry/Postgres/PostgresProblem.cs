using System.Net.Sockets;
using Npgsql;

namespace Wearable.Gateway.Telemetry.Postgres;

/// <summary>Tells a server that does not answer from one that refuses, and says either in one sentence with the cure.</summary>
internal static class PostgresProblem
{
    /// <summary>Whether the server is unreachable, starting, stopping, full of connections or a standby: all of it passes by itself.</summary>
    public static bool IsAway(Exception failure)
    {
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            if (e is SocketException or IOException or TimeoutException)
            {
                return true;
            }

            if (e is PostgresException refusal)
            {
                return refusal.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction
                    || refusal.SqlState.StartsWith("08", StringComparison.Ordinal);
            }
        }

        return false;
    }

    /// <summary>That it does not answer.</summary>
    public static StoreAwayException Away(string name, Exception failure) =>
        new($"{name} does not answer ({Why(failure)}): start it, or check host and port in --store; the gateway goes on when it answers.", failure);

    /// <summary>That it refuses, at start.</summary>
    public static GatewayStartException Refusal(string name, string user, string database, Exception failure)
    {
        string state = (failure as PostgresException)?.SqlState ?? "";
        string cure = state switch
        {
            PostgresErrorCodes.InvalidPassword => $"put the right password of {user} into {StoreChoice.PasswordVariable} or a passfile",
            PostgresErrorCodes.InvalidAuthorizationSpecification => $"make the user {user} (createuser), or let pg_hba.conf on the server allow it",
            PostgresErrorCodes.InvalidCatalogName => $"make the database on the server: createdb --owner={user} {database}",
            PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidSchemaName => $"let the user own the database: ALTER DATABASE {database} OWNER TO {user}",
            "" when failure.Message.Contains("password", StringComparison.OrdinalIgnoreCase) => $"put the password of {user} into {StoreChoice.PasswordVariable} or a passfile",
            "" => "check --store, and SSL Mode in it",
            _ => "see the server's log",
        };
        return new GatewayStartException($"{name} refuses ({Why(failure)}); {cure}.", failure);
    }

    private static string Why(Exception failure)
    {
        Exception inner = failure;
        while (inner is not PostgresException && inner.InnerException is not null)
        {
            inner = inner.InnerException;
        }

        return (inner is PostgresException refusal ? refusal.MessageText : inner.Message).TrimEnd('.');
    }
}
