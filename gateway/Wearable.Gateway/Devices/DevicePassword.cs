using System.Security.Cryptography;
using System.Text;

namespace Wearable.Gateway.Devices;

/// <summary>
/// A device's password: 256 random bits that no person chooses or types. One round of SHA-256 is therefore enough to keep it: slow hashes
/// protect guessable passwords, and a slow hash at every reconnect of a room full of wearables would be a way to stop the gateway.
/// </summary>
public static class DevicePassword
{
    private const string Scheme = "sha256:";
    private const int Bytes = 32;

    /// <summary>A new one: 43 characters of the URL alphabet of Base64.</summary>
    public static string Make() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>What may be stored: the name of the method, a colon, the hash in Base64.</summary>
    public static string Hash(string password) => Scheme + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(password)));

    /// <summary>Whether a password is the one that was hashed. Takes as long for a wrong one as for the right one.</summary>
    public static bool Matches(string password, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Hash(password)), Encoding.UTF8.GetBytes(hash));
}
