namespace Wearable.Gateway.Devices;

/// <summary>One wearable that the owner added. The gateway keeps only the hash of its password.</summary>
/// <param name="Id">Id of the wearable: its MQTT client id and user name.</param>
/// <param name="Name">What people call it, 1 to 64 characters.</param>
/// <param name="AddedAt">When its present password was made (UTC).</param>
/// <param name="RemovedAt">When it was removed (UTC); null while it may connect. Kept, because an id nobody added may still connect without a password.</param>
/// <param name="Passwords">Hashes of the passwords it may show, see <see cref="DevicePassword.Hash"/>. A list, so that a password can be changed without a gap.</param>
public sealed record DeviceAccount(string Id, string Name, DateTimeOffset AddedAt, DateTimeOffset? RemovedAt, IReadOnlyList<string> Passwords);
