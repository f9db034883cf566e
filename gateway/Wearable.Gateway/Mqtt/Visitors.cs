using System.Collections;
using System.Net;
using MQTTnet.Server;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Talk;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Who may connect without being an added wearable: a user with a password from anywhere, who may publish only as admin; the wearable of a browser
/// with the password it was given; without one only from this machine (the demo, the simulator, a viewer).
/// </summary>
public sealed class Visitors(UserAccounts users, WrongPasswords wrong, BrowserPlaces browsers)
{
    private const string Role = "role", SignedIn = "user";

    /// <summary>Whether a user signed in who may only look.</summary>
    public static bool OnlyLooks(IDictionary sessionItems) => sessionItems[Role] is UserRole.Reader;

    /// <summary>Whether a user signed in who was removed, or got a new password or role, since.</summary>
    /// <exception cref="GatewayStartException">The users' file was changed and cannot be read.</exception>
    public bool HasLeft(IDictionary sessionItems) => sessionItems[SignedIn] is (string name, string mark) && users.Mark(name) != mark;

    /// <summary>Why this connection may not be, or null when it may.</summary>
    /// <exception cref="GatewayStartException">The users' file was changed and cannot be read.</exception>
    public string? Refuse(ValidatingConnectionEventArgs connection)
    {
        connection.SessionItems[Role] = null;
        connection.SessionItems[SignedIn] = null;
        if (browsers.Admits(connection.ClientId, connection.UserName, connection.Password))
        {
            return null;
        }

        string? mark = users.Mark(connection.UserName);
        if (!string.IsNullOrEmpty(connection.UserName) && users.SignIn(connection.UserName, connection.Password) is UserRole role)
        {
            connection.SessionItems[Role] = role;
            connection.SessionItems[SignedIn] = (connection.UserName, mark);
            return null;
        }

        return AddressOf(connection) is IPAddress from && IPAddress.IsLoopback(from) ? null : "no account: add the wearable, or sign in as a user";
    }

    /// <summary>Whether its address has to wait after too many wrong passwords. This machine never waits.</summary>
    public bool MustWait(ValidatingConnectionEventArgs connection) => AddressOf(connection) is not IPAddress from || (!IPAddress.IsLoopback(from) && wrong.MustWait(from));

    /// <summary>Counts a wrong password.</summary>
    public void CountWrong(ValidatingConnectionEventArgs connection) => wrong.Add(AddressOf(connection));

    private static IPAddress? AddressOf(ValidatingConnectionEventArgs connection) => connection.RemoteEndPoint is IPEndPoint at
        ? at.Address.IsIPv4MappedToIPv6 ? at.Address.MapToIPv4() : at.Address
        : null;
}
