namespace Wearable.Gateway.Telemetry;

/// <summary>The folder of accounts, settings, certificates and SQLite's file: made when absent, for its owner alone.</summary>
public static class DataFolder
{
    /// <summary>Makes the folder when it is absent.</summary>
    /// <exception cref="GatewayStartException">It cannot be made; the message says the cure.</exception>
    public static void Make(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder, e);
        }
    }

    /// <summary>That it cannot be used, with the cure.</summary>
    public static GatewayStartException Unwritable(string folder, Exception cause) =>
        new($"The data folder {folder} cannot be written ({cause.Message.TrimEnd('.')}); choose another with --data FOLDER.", cause);
}
