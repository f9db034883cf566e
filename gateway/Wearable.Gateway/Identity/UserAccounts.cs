using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wearable.Contract;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Identity;

/// <summary>
/// People and tools that may sign in at page, API and broker, in <c>users.json</c> in the data folder. Every password is made here, 118
/// random bits, shown once, and only its hash is kept (one round of SHA-256: there is nothing to guess, see <see cref="DevicePassword"/>).
/// Read anew when the file changed, so a removed user is out at once. Safe for many threads.
/// </summary>
public sealed class UserAccounts
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "users.json";

    /// <summary>Most users.</summary>
    public const int MaxUsers = 64;

    // Without letters and digits that look alike; 24 of 31 are 118 bits.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int PasswordLength = 24;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private readonly Lock _gate = new();
    private readonly string _folder;
    private Dictionary<string, User> _users = [];
    private (DateTime Written, long Length) _read = (DateTime.MinValue, -1);

    /// <summary>Reads the file; there may be none yet.</summary>
    /// <exception cref="GatewayStartException">It is damaged or cannot be read.</exception>
    public UserAccounts(GatewayOptions options)
    {
        _folder = options.DataFolder;
        Refresh();
    }

    /// <summary>The file.</summary>
    public string File => Path.Combine(_folder, FileName);

    /// <summary>Names and roles.</summary>
    public IReadOnlyList<(string Name, UserRole Role)> All()
    {
        lock (_gate)
        {
            Refresh();
            return [.. _users.Values.OrderBy(user => user.Name, StringComparer.Ordinal).Select(user => (user.Name, user.Role))];
        }
    }

    /// <summary>The role of who shows this name and password; null when they are wrong.</summary>
    /// <exception cref="GatewayStartException">The file was changed and cannot be read.</exception>
    public UserRole? SignIn(string? name, string? password)
    {
        User? user;
        lock (_gate)
        {
            Refresh();
            user = _users.GetValueOrDefault(name ?? "");
        }

        // An unknown name takes as long as a wrong password.
        bool right = DevicePassword.Matches(password ?? "", user?.Password ?? "sha256:");
        return user is not null && right ? user.Role : null;
    }

    /// <summary>Another text after every change of a user's password or role; empty when there is no such user. No secret, and not to be shown.</summary>
    /// <exception cref="GatewayStartException">The file was changed and cannot be read.</exception>
    internal string Mark(string? name)
    {
        lock (_gate)
        {
            Refresh();
            return _users.GetValueOrDefault(name ?? "") is User user ? user.Role + user.Password : "";
        }
    }

    /// <summary>Adds a user, or gives an old one a new password and role.</summary>
    /// <returns>The password, which is kept nowhere.</returns>
    /// <exception cref="DeviceRefusedException">There are too many, or the name is no name.</exception>
    public string Add(string name, UserRole role)
    {
        if (!Ids.IsValid(name))
        {
            throw new DeviceRefusedException($"name of 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{Mqtt.LogText.Clean(name)}\".");
        }

        string password = RandomNumberGenerator.GetString(Alphabet, PasswordLength);
        Change(users =>
        {
            if (users.Count >= MaxUsers && !users.ContainsKey(name))
            {
                throw new DeviceRefusedException($"at most {MaxUsers} users expected, {name} would be one more.");
            }

            users[name] = new User(name, role, DevicePassword.Hash(password));
        });
        return password;
    }

    /// <summary>An open gateway without any user gets an admin, whose password is said this once.</summary>
    public void MakeFirst(GatewayOptions options, TextWriter output)
    {
        if (options.IsOpen && All().Count == 0)
        {
            output.WriteLine($"Login of page and broker, shown this once: user admin, password {Add("admin", UserRole.Admin)}");
        }
    }

    /// <summary>Ends a user's password.</summary>
    /// <exception cref="DeviceRefusedException">There is no such user.</exception>
    public void Remove(string name) => Change(users =>
    {
        if (!users.Remove(name))
        {
            throw new DeviceRefusedException($"there is no user {Mqtt.LogText.Clean(name)}: user list shows who there is.");
        }
    });

    private void Change(Action<Dictionary<string, User>> change)
    {
        lock (_gate)
        {
            try
            {
                PrivateFile.MakeFolder(_folder);
                using FileStream alone = PrivateFile.Open(File + ".lock", FileMode.OpenOrCreate);
                Refresh();
                Dictionary<string, User> changed = new(_users);
                change(changed);
                PrivateFile.Replace(File, JsonSerializer.SerializeToUtf8Bytes(new Content([.. changed.Values]), Json));
                _users = changed;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DeviceRefusedException($"{File} cannot be written ({e.Message.TrimEnd('.')}).");
            }
        }
    }

    private void Refresh()
    {
        FileInfo file = new(File);
        (DateTime Written, long Length) now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : (DateTime.MinValue, -1);
        if (now == _read)
        {
            return;
        }

        try
        {
            if (file.Exists)
            {
                PrivateFile.RequirePrivate(File);
            }

            Content? content = file.Exists ? JsonSerializer.Deserialize<Content>(System.IO.File.ReadAllBytes(File), Json) : new Content([]);
            _users = (content?.Users ?? throw new JsonException("a list of users expected")).ToDictionary(user => user.Name, StringComparer.Ordinal);
            _read = now;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"The users' file {File} cannot be used ({e.Message.TrimEnd('.')}); restore it from a copy, or move it away and add the users again.", e);
        }
    }

    private sealed record User(string Name, UserRole Role, string Password);

    private sealed record Content(User[]? Users);
}
