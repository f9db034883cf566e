using System.Text;
using Wearable.Contract;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Mqtt.External;

/// <summary>
/// Name of this gateway among others: the broker keeps its letters under it, so it is the same after a restart. Given by <c>--node</c>, or made
/// once and kept in the data folder.
/// </summary>
/// <param name="Value">1 to 32 of a-z, 0-9 and -.</param>
public sealed record NodeName(string Value)
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "node";

    /// <summary>The name of the options, or the data folder's.</summary>
    /// <exception cref="GatewayStartException">The file cannot be used.</exception>
    public static NodeName Of(GatewayOptions options)
    {
        if (options.Node.Length > 0)
        {
            return new NodeName(options.Node);
        }

        string file = Path.Combine(options.DataFolder, FileName);
        try
        {
            if (!File.Exists(file))
            {
                PrivateFile.Replace(file, Encoding.ASCII.GetBytes($"n{Random.Shared.NextInt64(1L << 40):x10}"));
            }

            string name = File.ReadAllText(file).Trim();
            return Ids.IsValid(name) ? new NodeName(name) : throw new GatewayStartException($"1 to 32 of a-z, 0-9 and - expected in {file}, got \"{name}\"; remove it or use --node NAME.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GatewayStartException($"{file} cannot be used ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
