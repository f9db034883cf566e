namespace Wearable.Gateway;

/// <summary>The gateway alone, until Ctrl+C.</summary>
public static class GatewayRun
{
    /// <summary>Builds, starts, says where it is, waits.</summary>
    public static async Task<int> RunAsync(GatewayOptions options, CancellationToken cancellation)
    {
        await using WebApplication app = await VoiceGateway.BuildAsync(options, cancellation: cancellation).ConfigureAwait(false);
        await GatewayApp.StartAsync(app, cancellation).ConfigureAwait(false);
        GatewayPorts ports = app.Services.GetRequiredService<GatewayPorts>();
        Console.WriteLine($"Wearable gateway. Page {ports.Page}  MQTT {options.Bind}:{ports.Mqtt}  data {options.DataFolder}  Ctrl+C stops.");
        if (!System.Net.IPAddress.IsLoopback(options.Bind))
        {
            Console.WriteLine("Open to your network: anyone in it can read the pulse and speak to the wearables, there is no sign-in yet.");
        }

        await app.WaitForShutdownAsync(cancellation).ConfigureAwait(false);
        return 0;
    }
}
