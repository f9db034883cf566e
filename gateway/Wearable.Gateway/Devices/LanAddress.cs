using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Wearable.Gateway.Devices;

/// <summary>This computer's address in the home network.</summary>
internal static class LanAddress
{
    /// <summary>The IPv4 address of the first network that has a way out; null when there is none.</summary>
    public static string? Find() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .Select(network => network.GetIPProperties())
        .Where(properties => properties.GatewayAddresses.Any(gateway => gateway.Address.AddressFamily == AddressFamily.InterNetwork))
        .SelectMany(properties => properties.UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)?.ToString();
}
