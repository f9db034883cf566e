using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;

namespace Wearable.Gateway.Tool;

/// <summary>
/// How a verb finds the running gateway. On the gateway's own machine nothing has to be said: the data folder tells where it is and holds the key.
/// From elsewhere the address is given, and a user's name and password, never on the command line.
/// </summary>
public sealed class Reach(Func<ParseResult, GatewayOptions> optionsOf)
{
    /// <summary>Environment variable with the user's name.</summary>
    public const string UserVariable = "WEARABLE_USER";

    /// <summary>Environment variable with the user's password.</summary>
    public const string PasswordVariable = "WEARABLE_PASSWORD";

    private readonly Option<string?> _gateway = new("--gateway") { Description = "Address of a gateway on another machine, such as https://192.168.1.10:5080.", HelpName = "URL" };
    private readonly Option<string?> _user = new("--user") { Description = $"User there; {UserVariable} when not given. The password comes from {PasswordVariable}, --password-file or a question.", HelpName = "NAME" };
    private readonly Option<string?> _passwordFile = new("--password-file") { Description = "File with the user's password.", HelpName = "FILE" };
    private readonly Option<string?> _authority = new("--ca") { Description = "The gateway's certificate authority (ca.pem); the data folder's when not given.", HelpName = "FILE" };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_gateway, _user, _passwordFile, _authority])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether a gateway on another machine is meant.</summary>
    public bool IsElsewhere(ParseResult parsed) => parsed.GetValue(_gateway) is not null;

    /// <summary>The API of the running gateway.</summary>
    /// <exception cref="ToolException">None runs, or an option is wrong.</exception>
    public GatewayClient Api(ParseResult parsed)
    {
        GatewayOptions options = optionsOf(parsed);
        if (parsed.GetValue(_gateway) is string address)
        {
            Uri uri = Uri.TryCreate(address, UriKind.Absolute, out Uri? given) && given.Scheme is "http" or "https"
                ? given!
                : throw new ToolException(ToolExit.Refused, $"--gateway: an address such as https://192.168.1.10:5080 expected, got \"{address}\".");
            return new GatewayClient(uri, Login(parsed), Authority(parsed, options), $"start it there with \"wearable\", or give another address with --gateway URL");
        }

        string start = "start it with \"wearable\" (from the source: dotnet run --project gateway/Wearable.Gateway), or give its data folder with --data FOLDER";
        return RunningGateway.Find(options.DataFolder) is RunningGateway running
            ? new GatewayClient(running.Page, $"{Presence.Scheme} {running.Key}", Authority(parsed, options), start)
            : new GatewayClient(new Uri($"http://127.0.0.1:{options.HttpPort}"), Login(parsed), Authority(parsed, options), start);
    }

    /// <summary>User and password for a broker; nulls when none was given.</summary>
    public (string? User, string? Password) Account(ParseResult parsed)
    {
        string? user = parsed.GetValue(_user) ?? Environment.GetEnvironmentVariable(UserVariable);
        return user is null ? (null, null) : (user, Password(parsed, user));
    }

    /// <summary>The authority that the gateway's certificate is checked with; null when there is none.</summary>
    public X509Certificate2? Authority(ParseResult parsed, GatewayOptions options)
    {
        string? given = parsed.GetValue(_authority);
        string file = given ?? Path.Combine(options.DataFolder, GatewayCertificate.AuthorityFile);
        try
        {
            return given is not null || File.Exists(file) ? X509CertificateLoader.LoadCertificateFromFile(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ToolException(ToolExit.Refused, $"--ca: {file} cannot be used ({e.Message.TrimEnd('.')}).");
        }
    }

    private string? Login(ParseResult parsed)
    {
        (string? user, string? password) = Account(parsed);
        return user is null ? null : "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));
    }

    private string Password(ParseResult parsed, string user)
    {
        if (parsed.GetValue(_passwordFile) is string file)
        {
            try
            {
                return File.ReadAllText(file).TrimEnd('\r', '\n');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ToolException(ToolExit.Refused, $"--password-file: {file} cannot be read ({e.Message.TrimEnd('.')}).");
            }
        }

        return Environment.GetEnvironmentVariable(PasswordVariable) ?? HiddenInput.Ask($"Password of {user}: ")
            ?? throw new ToolException(ToolExit.NotAllowed, $"The password of {user} is missing and there is no terminal to ask at: give {PasswordVariable} or --password-file FILE.");
    }
}
