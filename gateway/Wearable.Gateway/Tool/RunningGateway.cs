using System.Text.Json;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Tool;

/// <summary>
/// What a running gateway says of itself in its data folder, in <c>running.json</c>: where it listens, and a key of this start that opens what
/// needs a login. Only this user can read it, as the rest of the folder: whoever can could read everything anyway. The gateway holds
/// <c>running.lock</c> while it lives, so that what a crash left behind is not believed.
/// </summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="Page">Address of page and API on this machine.</param>
/// <param name="MqttHost">Address of its broker on this machine, without TLS; of another program's broker as it was given.</param>
/// <param name="MqttPort">Port of its broker.</param>
/// <param name="Key">Shown by tools as <c>Authorization: Wearable-Key KEY</c>.</param>
public sealed record RunningGateway(int ProcessId, Uri Page, string MqttHost, int MqttPort, string Key)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "running.json";

    /// <summary>Name of the lock in the data folder.</summary>
    public const string LockName = "running.lock";

    /// <summary>The gateway that runs on a data folder; null when none does.</summary>
    public static RunningGateway? Find(string dataFolder)
    {
        try
        {
            byte[] said = File.ReadAllBytes(Path.Combine(dataFolder, FileName));
            return IsHeld(Path.Combine(dataFolder, LockName)) ? JsonSerializer.Deserialize<RunningGateway>(said, JsonSerializerOptions.Web) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool IsHeld(string file)
    {
        try
        {
            using FileStream free = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return true;
        }
    }
}
