using Wearable.Gateway.Identity;

namespace Wearable.Gateway;

/// <summary>The gateway alone, until Ctrl+C.</summary>
public static class GatewayRun
{
    /// <summary>Builds, starts, says where it is, waits.</summary>
    public static async Task<int> RunAsync(GatewayOptions options, CancellationToken cancellation)
    {
        await using WebApplication app = await VoiceGateway.BuildAsync(options, cancellation: cancellation).ConfigureAwait(false);
        await GatewayApp.StartAsync(app, cancellation).ConfigureAwait(false);
        app.Services.GetRequiredService<UserAccounts>().MakeFirst(options, Console.Out);
        GatewayPorts ports = app.Services.GetRequiredService<GatewayPorts>();
        string mqtt = options.Broker is { } broker ? $"broker {broker.Address}" : $"MQTT {options.PlainMqttBind}:{ports.Mqtt}";
        Console.WriteLine($"Wearable gateway. Page {ports.Page}  {mqtt}  data {options.DataFolder}  Ctrl+C stops.");
        if (!System.Net.IPAddress.IsLoopback(options.Bind))
        {
            Console.WriteLine($"Open to your network: {(options.Broker is null ? $"MQTT over TLS on port {ports.Mqtts}; " : "")}page and API over HTTPS with a login. Certificate authority {Path.Combine(options.DataFolder, GatewayCertificate.AuthorityFile)}");
            if (options.PlainMqtt && options.Broker is null)
            {
                Console.WriteLine($"--plain-mqtt: port {ports.Mqtt} is open without TLS, anyone in your network can read what wearables send and the passwords they show.");
            }
        }

        await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
        return 0;
    }
}
