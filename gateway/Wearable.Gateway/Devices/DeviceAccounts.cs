using System.Text.Json;
using Wearable.Contract;

namespace Wearable.Gateway.Devices;

/// <summary>
/// The wearables the owner added, in <c>devices.json</c> in the data folder. A file of its own beside the database: it must outlive the erasing
/// of measurements, holds at most a few hundred lines, can be read by its owner, and is written by another process (<c>device add</c>) while
/// the gateway runs. It is replaced as a whole, so a crash leaves the old or the new one. Safe for many threads.
/// </summary>
public sealed class DeviceAccounts
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "devices.json";

    /// <summary>Version of the file's format.</summary>
    public const int FormatVersion = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly Lock _gate = new();
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private Dictionary<string, DeviceAccount> _accounts = [];
    private (DateTime Written, long Length) _read = (DateTime.MinValue, -1);

    /// <summary>Reads the file; there may be none yet.</summary>
    /// <exception cref="GatewayStartException">It is damaged, of a newer gateway, or cannot be read.</exception>
    public DeviceAccounts(GatewayOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        Refresh();
    }

    /// <summary>The file.</summary>
    public string File => Path.Combine(_options.DataFolder, FileName);

    /// <summary>All accounts, removed ones too, by id; as the file says now.</summary>
    /// <exception cref="GatewayStartException">The file was changed and cannot be read.</exception>
    public IReadOnlyList<DeviceAccount> All()
    {
        lock (_gate)
        {
            Refresh();
            return [.. _accounts.Values.OrderBy(account => account.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// Why a client may not connect, or null when it may. An id that nobody added may connect without a password, as the demo and the
    /// simulator do; an added one must show its own, a removed one never connects.
    /// </summary>
    /// <exception cref="GatewayStartException">The file was changed and cannot be read.</exception>
    public string? Refuse(string clientId, string? user, string? password) => Refuse(clientId, user, password, out _);

    /// <inheritdoc cref="Refuse(string, string?, string?)"/>
    /// <param name="clientId">Its MQTT client id.</param>
    /// <param name="user">The user name it shows.</param>
    /// <param name="password">The password it shows.</param>
    /// <param name="since">When the password that lets it in was made; null when it needs none or is refused.</param>
    public string? Refuse(string clientId, string? user, string? password, out DateTimeOffset? since)
    {
        since = null;
        DeviceAccount? account;
        lock (_gate)
        {
            Refresh();
            account = _accounts.GetValueOrDefault(clientId);
        }

        if (account is null)
        {
            return null;
        }

        if (account.RemovedAt is not null)
        {
            return "removed by its owner";
        }

        if (user != account.Id || password is null || !account.Passwords.Any(hash => DevicePassword.Matches(password, hash)))
        {
            return "wrong user name or password";
        }

        since = account.AddedAt;
        return null;
    }

    /// <summary>Whether this id was added, removed ones too, as of the last look at the file.</summary>
    public bool IsAdded(string id)
    {
        lock (_gate)
        {
            return _accounts.ContainsKey(id);
        }
    }

    /// <summary>What people call it; null when it was never added. Of a file that cannot be read, what was read before stands.</summary>
    public string? NameOf(string id)
    {
        lock (_gate)
        {
            try
            {
                Refresh();
            }
            catch (GatewayStartException)
            {
                // Whoever lets wearables in says so; a name is no reason to show no wearable.
            }

            return _accounts.GetValueOrDefault(id)?.Name;
        }
    }

    /// <summary>Adds a wearable, or gives an added one a new password.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="password">Its password, of which only the hash is kept.</param>
    /// <param name="replace">Whether an added one may get a new password; its old one ends.</param>
    /// <exception cref="DeviceRefusedException">It is there already, or there are too many.</exception>
    public void Add(string id, string name, string password, bool replace) => Change(accounts =>
    {
        if (!Ids.IsValid(id))
        {
            throw new ArgumentException($"id of 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{id}\"", nameof(id));
        }

        if (accounts.TryGetValue(id, out DeviceAccount? there) && there.RemovedAt is null && !replace)
        {
            throw new DeviceRefusedException($"{id} was added already: give --replace to make it a new password, which ends its old one.");
        }

        if (accounts.Count >= _options.MaxDevices && there is null)
        {
            throw new DeviceRefusedException($"at most {_options.MaxDevices} wearables expected, {id} would be one more.");
        }

        accounts[id] = new DeviceAccount(id, name, _time.GetUtcNow(), null, [DevicePassword.Hash(password)]);
    });

    /// <summary>Ends a wearable's password.</summary>
    /// <exception cref="DeviceRefusedException">There is no such wearable.</exception>
    public void Remove(string id) => Change(accounts =>
    {
        if (!accounts.TryGetValue(id, out DeviceAccount? account) || account.RemovedAt is not null)
        {
            throw new DeviceRefusedException($"{id} was never added or is removed already: device list shows what there is.");
        }

        accounts[id] = account with { RemovedAt = _time.GetUtcNow(), Passwords = [] };
    });

    /// <summary>Gives a wearable another name.</summary>
    /// <exception cref="DeviceRefusedException">It was never added or is removed.</exception>
    public void Rename(string id, string name) => Change(accounts =>
    {
        if (!accounts.TryGetValue(id, out DeviceAccount? account) || account.RemovedAt is not null)
        {
            throw new DeviceRefusedException($"{id} was never added or is removed: device list shows what there is, device add adds it.");
        }

        accounts[id] = account with { Name = name };
    });

    /// <summary>Erases every trace of a wearable, also that it was removed.</summary>
    /// <exception cref="DeviceRefusedException">The file cannot be written.</exception>
    public void Erase(string id) => Change(accounts => accounts.Remove(id));

    private void Change(Action<Dictionary<string, DeviceAccount>> change)
    {
        lock (_gate)
        {
            try
            {
                PrivateFile.MakeFolder(_options.DataFolder);
                // One change at a time, whoever makes it: the other process would otherwise lose what this one writes.
                using FileStream alone = PrivateFile.Open(File + ".lock", FileMode.OpenOrCreate);
                Refresh();
                Dictionary<string, DeviceAccount> changed = new(_accounts);
                change(changed);
                byte[] content = JsonSerializer.SerializeToUtf8Bytes(new Content(FormatVersion, [.. changed.Values.OrderBy(a => a.Id, StringComparer.Ordinal)]), Json);
                PrivateFile.Replace(File, content);
                Refresh();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DeviceRefusedException($"{File} cannot be written ({e.Message.TrimEnd('.')}): choose another data folder with --data FOLDER, or try again when no other device command runs.");
            }
        }
    }

    // Reads the file when it is another than the one read last.
    private void Refresh()
    {
        FileInfo file = new(File);
        (DateTime Written, long Length) now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : (DateTime.MinValue, -1);
        if (now == _read)
        {
            return;
        }

        _accounts = file.Exists ? Read() : [];
        _read = now;
    }

    private Dictionary<string, DeviceAccount> Read()
    {
        try
        {
            Content content = JsonSerializer.Deserialize<Content>(System.IO.File.ReadAllBytes(File), Json) ?? throw new JsonException("an object expected, got null");
            if (content.Version != FormatVersion)
            {
                throw new GatewayStartException($"The wearables' file {File} has format {content.Version}, this gateway knows {FormatVersion}; update the gateway.");
            }

            if ((content.Devices ?? []).FirstOrDefault(account => !Ids.IsValid(account.Id) || account.Passwords is null) is DeviceAccount wrong)
            {
                throw new JsonException($"device \"{wrong.Id}\" has no valid id or no list of passwords");
            }

            return (content.Devices ?? []).ToDictionary(account => account.Id, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"The wearables' file {File} cannot be read ({e.Message.TrimEnd('.')}); restore it from a copy, or move it away and add the wearables again.", e);
        }
    }

    private sealed record Content(int Version, DeviceAccount[]? Devices);
}
