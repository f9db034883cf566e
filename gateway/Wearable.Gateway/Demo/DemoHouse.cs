using Wearable.Gateway.Conversation;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Telemetry;
using Wearable.Simulator;

namespace Wearable.Gateway.Demo;

/// <summary>A whole gateway and one simulated wearable in this process, talking over real MQTT on TCP. For the demo, the bench and tests.</summary>
public sealed class DemoHouse : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DemoHouse(WebApplication app, SimulatedWearable wearable, TurnWatch turns)
    {
        _app = app;
        Wearable = wearable;
        Person = new DemoPerson(app.Services.GetRequiredService<ITextToSpeech>(), wearable, turns);
    }

    /// <summary>The wearable.</summary>
    public SimulatedWearable Wearable { get; }

    /// <summary>Somebody who speaks to it.</summary>
    public DemoPerson Person { get; }

    /// <summary>The gateway's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where the gateway listens.</summary>
    public GatewayPorts Ports => _app.Services.GetRequiredService<GatewayPorts>();

    /// <summary>Starts both.</summary>
    /// <param name="options">The gateway's options; port 0 takes a free one.</param>
    /// <param name="wearable">The wearable's options; host and port are filled in here.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<DemoHouse> StartAsync(GatewayOptions options, SimulatedWearableOptions wearable, CancellationToken cancellation)
    {
        TurnWatch turns = new();
        WebApplication app = await VoiceGateway.BuildAsync(options, services => services.AddSingleton<ITurnObserver>(turns), cancellation).ConfigureAwait(false);
        try
        {
            await GatewayApp.StartAsync(app, cancellation).ConfigureAwait(false);
            GatewayPorts ports = app.Services.GetRequiredService<GatewayPorts>();
            SimulatedWearable simulated = new(wearable with { BrokerHost = options.Bind.ToString(), BrokerPort = ports.Mqtt });
            simulated.Start();
            return new DemoHouse(app, simulated, turns);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits for a trusted heart rate in the gateway; null when none comes in time.</summary>
    public async Task<HeartSample?> TrustedPulseAsync(TimeSpan limit, CancellationToken cancellation)
    {
        IHeartHistory hearts = Services.GetRequiredService<IHeartHistory>();
        HeartSample? sample = null;
        await Wearable.ReachesAsync(() => (sample = hearts.Latest(Wearable.Id)) is { State: "ok", RateBpm: not null }, limit, cancellation).ConfigureAwait(false);
        return sample is { State: "ok", RateBpm: not null } ? sample : null;
    }

    /// <summary>Runs until somebody stops it.</summary>
    public Task RunAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Wearable.DisposeAsync().ConfigureAwait(false);
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
