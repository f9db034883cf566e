using Wearable.Gateway.Conversation;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Telemetry;
using Wearable.Simulator;

namespace Wearable.Gateway.Demo;

/// <summary>A whole gateway and simulated wearables in this process, talking over real MQTT on TCP. For the demo, the bench and tests.</summary>
public sealed class DemoHouse : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DemoHouse(WebApplication app, IReadOnlyList<SimulatedWearable> wearables, IReadOnlyList<TurnWatch> turns)
    {
        _app = app;
        Wearables = wearables;
        ITextToSpeech voice = app.Services.GetRequiredService<ITextToSpeech>();
        People = [.. wearables.Select((w, i) => new DemoPerson(voice, DemoPerson.Voices[i % DemoPerson.Voices.Count], w, turns[i]))];
    }

    /// <summary>The first wearable.</summary>
    public SimulatedWearable Wearable => Wearables[0];

    /// <summary>All wearables.</summary>
    public IReadOnlyList<SimulatedWearable> Wearables { get; }

    /// <summary>Somebody who speaks to the first wearable.</summary>
    public DemoPerson Person => People[0];

    /// <summary>One person per wearable, each in a room of one's own.</summary>
    public IReadOnlyList<DemoPerson> People { get; }

    /// <summary>The gateway's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where the gateway listens.</summary>
    public GatewayPorts Ports => _app.Services.GetRequiredService<GatewayPorts>();

    /// <summary>Starts the gateway and one wearable.</summary>
    /// <param name="options">The gateway's options; port 0 takes a free one.</param>
    /// <param name="wearable">The wearable's options; host and port are filled in here.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<DemoHouse> StartAsync(GatewayOptions options, SimulatedWearableOptions wearable, CancellationToken cancellation) =>
        StartAsync(options, [wearable], null, cancellation);

    /// <summary>Starts the gateway and its wearables.</summary>
    /// <param name="options">The gateway's options; port 0 takes a free one.</param>
    /// <param name="wearables">The wearables' options; host and port are filled in here.</param>
    /// <param name="services">Adds to or replaces the gateway's services; null for nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<DemoHouse> StartAsync(
        GatewayOptions options, IReadOnlyList<SimulatedWearableOptions> wearables, Action<IServiceCollection>? services, CancellationToken cancellation)
    {
        TurnWatch[] turns = [.. wearables.Select(w => new TurnWatch(w.Id))];
        WebApplication app = await VoiceGateway.BuildAsync(
            options,
            all =>
            {
                foreach (TurnWatch watch in turns)
                {
                    all.AddSingleton<ITurnObserver>(watch);
                }

                services?.Invoke(all);
            },
            cancellation).ConfigureAwait(false);
        try
        {
            await GatewayApp.StartAsync(app, cancellation).ConfigureAwait(false);
            GatewayPorts ports = app.Services.GetRequiredService<GatewayPorts>();
            (string host, int port) = options.Broker is { Address: var broker } ? (broker.Host, broker.Port) : (options.PlainMqttBind.ToString(), ports.Mqtt);
            SimulatedWearable[] simulated = [.. wearables.Select(w => new SimulatedWearable(w with { BrokerHost = host, BrokerPort = port }))];
            foreach (SimulatedWearable wearable in simulated)
            {
                wearable.Start();
            }

            return new DemoHouse(app, simulated, turns);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits for a trusted heart rate of a wearable in the gateway; null when none comes in time.</summary>
    public async Task<HeartSample?> TrustedPulseAsync(SimulatedWearable wearable, TimeSpan limit, CancellationToken cancellation)
    {
        IHeartHistory hearts = Services.GetRequiredService<IHeartHistory>();
        HeartSample? sample = null;
        await wearable.ReachesAsync(() => (sample = hearts.Latest(wearable.Id)) is { State: "ok", RateBpm: not null }, limit, cancellation).ConfigureAwait(false);
        return sample is { State: "ok", RateBpm: not null } ? sample : null;
    }

    /// <summary>Runs until somebody stops it.</summary>
    public Task RunAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (SimulatedWearable wearable in Wearables)
        {
            await wearable.DisposeAsync().ConfigureAwait(false);
        }

        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
