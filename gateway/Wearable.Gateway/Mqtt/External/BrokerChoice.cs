namespace Wearable.Gateway.Mqtt.External;

/// <summary>The external broker the owner chose.</summary>
/// <param name="Address">Where it is.</param>
public sealed record BrokerChoice(BrokerAddress Address)
{
    /// <summary>Environment variable of the password.</summary>
    public const string PasswordVariable = "WEARABLE_BROKER_PASSWORD";

    /// <summary>User at the broker; empty: none.</summary>
    public string User { get; init; } = "";

    /// <summary>File with the password as its first line; null takes <see cref="PasswordVariable"/>.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>PEM file of the authority that signed the broker's certificate; null trusts what this machine trusts.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The password; empty when there is none.</summary>
    /// <exception cref="GatewayStartException">The file cannot be read.</exception>
    public string Password()
    {
        if (PasswordFile is null)
        {
            return Environment.GetEnvironmentVariable(PasswordVariable) ?? "";
        }

        try
        {
            return File.ReadLines(PasswordFile).FirstOrDefault() is { Length: > 0 } line
                ? line
                : throw new GatewayStartException($"--broker-password-file: a password in the first line of {PasswordFile} expected, got none.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"--broker-password-file: {PasswordFile} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
