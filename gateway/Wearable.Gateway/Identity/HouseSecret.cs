using System.Security.Cryptography;
using System.Text;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Identity;

/// <summary>
/// What locks the secrets of the data folder (the certificate authority's key): 32 random bytes as base64 in a file of this user's own, outside that
/// folder. So a copy of the data folder, a backup or a disk image, opens nothing. It does not protect from a program of the same user, who can read both.
/// </summary>
public static class HouseSecret
{
    /// <summary>Environment variable that names the file.</summary>
    public const string Variable = "WEARABLE_SECRET_FILE";

    /// <summary>Fewest characters of one that the owner wrote.</summary>
    public const int LeastCharacters = 32;

    private const int Bytes = 32, MostCharacters = 4096;

    /// <summary>Where it is unless the owner says otherwise: <c>~/.config/wearable/secret</c> on Linux, the application data on Windows and macOS.</summary>
    public static string DefaultFile => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.GetFullPath(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "wearable", "secret"));

    /// <summary>Reads it, or makes it.</summary>
    /// <exception cref="GatewayStartException">It is damaged, readable by others, or cannot be written.</exception>
    public static string Ensure(string file)
    {
        try
        {
            PrivateFile.MakeFolder(Path.GetDirectoryName(file)!);
            if (!File.Exists(file))
            {
                Make(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable(file, e.Message.TrimEnd('.'), e);
        }

        return Read(file);
    }

    /// <summary>Reads it; it must be there.</summary>
    /// <exception cref="GatewayStartException">It is missing, damaged or readable by others.</exception>
    public static string Read(string file)
    {
        try
        {
            PrivateFile.RequirePrivate(file);
            string secret = new FileInfo(file).Length <= MostCharacters ? File.ReadAllText(file).Trim() : "";
            return secret.Length >= LeastCharacters ? secret : throw Unusable(file, $"{LeastCharacters} to {MostCharacters} characters expected, got {new FileInfo(file).Length}", null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, e.Message.TrimEnd('.'), e);
        }
    }

    // Whole or not at all, and the first of two gateways of this user that begin at once is the one that counts.
    private static void Make(string file)
    {
        string next = $"{file}.{Guid.NewGuid():N}";
        PrivateFile.Replace(next, Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)) + "\n"));
        try
        {
            File.Move(next, file);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(next);
        }
    }

    private static GatewayStartException Unusable(string file, string why, Exception? cause) => new(
        $"The secret that locks the keys of the data folder, {file}, cannot be used ({why}); restore it from a copy, name another with --secret-file or {Variable}, or move ca.pem and ca.key away: then every wearable needs its files again.", cause);
}
