using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MQTTnet.AspNetCore;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Cluster;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Export;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Integrations;
using Wearable.Gateway.Integrations.HomeAssistant;
using Wearable.Gateway.Mcp;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Mqtt.External;
using Wearable.Gateway.Observability;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Talk;
using Wearable.Gateway.Telemetry;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway;

/// <summary>Puts the gateway together: one Kestrel process with broker, page and API. Used by the command, the demo and the tests alike.</summary>
public static class GatewayApp
{
    /// <summary>Makes the gateway; <see cref="StartAsync"/> starts it.</summary>
    /// <param name="options">The owner's choices.</param>
    /// <param name="services">
    /// Adds to or replaces the gateway's services. Every <see cref="IDeviceListener"/> registered here hears all messages, after the
    /// gateway's own; an <see cref="Speech.ITextToSpeech"/> switches /api/speech on, <see cref="DashboardFiles"/> the chart library.
    /// </param>
    /// <param name="cancellation">Gives up waiting for a database server.</param>
    /// <exception cref="GatewayStartException">The data folder, database or <c>heart.json</c> cannot be used.</exception>
    public static async Task<WebApplication> BuildAsync(GatewayOptions options, Action<IServiceCollection>? services = null, CancellationToken cancellation = default)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ConfigureLog(builder.Logging, options);
        GatewayPorts ports = new();
        GatewayCertificate? certificate = options.UsesTls ? GatewayCertificate.Ensure(options.DataFolder, options.SecretFile, options.Bind, TimeProvider.System) : null;
        if (certificate is not null)
        {
            builder.Services.AddSingleton(_ => certificate); // by a factory, so that it is disposed with the gateway
        }

        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options, ports, certificate));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(ports);
        builder.Services.AddSingleton<Presence>();
        builder.Services.AddSingleton(TimeProvider.System);
        DataFolder.Make(options.DataFolder);
        AddStore(builder.Services, await Stores.OpenAsync(options, cancellation: cancellation).ConfigureAwait(false));
        builder.Services.AddSingleton(HeartSettings.Load(options.DataFolder));
        builder.Services.AddSingleton<HeartArchive>();
        builder.Services.AddSingleton<FactMemory>();
        builder.Services.AddSafetySettings();
        builder.Services.AddSingleton<UserAccounts>();
        builder.Services.AddSingleton<WrongPasswords>();
        builder.Services.AddPageLimit();
        AddMqtt(builder.Services, options);
        AddDashboard(builder.Services);
        builder.Services.AddPrivacy();
        builder.Services.AddSingleton<HouseVoice>();
        builder.Services.AddTalk();
        builder.Services.AddHouseMcp();
        builder.Services.AddGatewayTelemetry();
        builder.Services.AddOpenApi();
        services?.Invoke(builder.Services);
        if (options.Cluster is { } cluster)
        {
            await JoinAsync(builder, options, cluster).ConfigureAwait(false);
        }

        WebApplication app = builder.Build();
        app.UseRequestGuard();
        app.UsePageLogin();
        app.MapHouseMcp();
        VoiceApi.Map(app);
        DashboardFiles.Map(app);
        DashboardApi.Map(app);
        HeartApi.Map(app);
        DataApi.Map(app);
        TopicApi.Map(app);
        MemoryApi.Map(app);
        PrivacyApi.Map(app);
        TalkApi.Map(app);
        AboutApi.Map(app);
        app.MapGatewayTelemetry();
        app.MapOpenApi("/api/openapi.json");
        return app;
    }

    // Behind everything else: a gateway that stops lets its wearables move first.
    private static async Task JoinAsync(WebApplicationBuilder builder, GatewayOptions options, ClusterChoice cluster)
    {
        if (options.Broker is null)
        {
            throw new GatewayStartException("--cluster needs a broker that all gateways share; name it with --broker.");
        }

        if (options.Store.Kind != StoreKind.Postgres)
        {
            throw new GatewayStartException("--cluster needs a PostgreSQL that all gateways share; name it with --store.");
        }

        await ClusterTables.EnsureAsync(options.Store.Place).ConfigureAwait(false);
        builder.AddCluster(cluster, options.Store.Place, NodeName.Of(options).Value);
    }

    /// <summary>Starts a gateway made by <see cref="BuildAsync"/>.</summary>
    /// <exception cref="GatewayStartException">A port or the address cannot be used.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellation = default)
    {
        GatewayOptions options = app.Services.GetRequiredService<GatewayOptions>();
        GatewayPorts ports = app.Services.GetRequiredService<GatewayPorts>();
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
            app.Services.GetRequiredService<Presence>().Begin();
        }
        catch (Exception e) when (PortProblem.Explain(e, options, ports) is string sentence)
        {
            throw new GatewayStartException(sentence, e);
        }
    }

    private static void ConfigureLog(ILoggingBuilder log, GatewayOptions options)
    {
        log.ClearProviders();
        log.SetMinimumLevel(options.LogLevel);
        log.AddFilter("Microsoft", LogLevel.Warning);
        log.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        log.AddFilter("Orleans", LogLevel.Warning);
        log.AddFilter("Polly", LogLevel.Warning); // Orleans has it write two lines for every wearable that is given a home
        // The host's own report of a failed start carries a stack trace; the command says it in one sentence.
        log.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        log.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
    }

    private static void Listen(KestrelServerOptions kestrel, GatewayOptions options, GatewayPorts ports, GatewayCertificate? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 * 1024; // the API only reads
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10); // a client that sends a byte now and then must not hold a connection
        kestrel.Limits.MaxConcurrentConnections = 2 * options.MaxDevices + 256; // old and new connection of each wearable, viewers, pages
        AddressLimit addresses = new();
        if (options.Broker is null)
        {
            ListenMqtt(kestrel, options, ports, certificate, addresses);
        }

        kestrel.Listen(new IPEndPoint(options.Bind, options.HttpPort), endpoint =>
        {
            ports.HttpEndpoint = endpoint;
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(addresses.Before);
            if (options.IsOpen && certificate is not null)
            {
                ports.Https = true;
                Encrypt(endpoint, certificate);
            }
        });
    }

    private static void ListenMqtt(KestrelServerOptions kestrel, GatewayOptions options, GatewayPorts ports, GatewayCertificate? certificate, AddressLimit addresses)
    {
        kestrel.Listen(new IPEndPoint(options.PlainMqttBind, options.MqttPort), endpoint =>
        {
            ports.MqttEndpoint = endpoint;
            endpoint.Use(addresses.Before);
            endpoint.UsePacketLimit();
            endpoint.UseMqtt();
        });
        if (certificate is not null)
        {
            kestrel.Listen(new IPEndPoint(options.Bind, options.MqttsPort), endpoint =>
            {
                ports.MqttsEndpoint = endpoint;
                endpoint.Protocols = HttpProtocols.None; // no word of HTTP in the handshake
                endpoint.Use(addresses.Before);
                Encrypt(endpoint, certificate);
                endpoint.UsePacketLimit();
                endpoint.UseMqtt();
            });
        }
    }

    private static void Encrypt(ListenOptions endpoint, GatewayCertificate certificate) => endpoint.UseHttps(https =>
    {
        https.ServerCertificate = certificate.Server;
        https.SslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13;
        https.HandshakeTimeout = TimeSpan.FromSeconds(10);
    });

    // Started first and stopped last, so that what the broker still says while stopping is stored.
    private static void AddStore(IServiceCollection services, IStore store)
    {
        services.AddSingleton(_ => store); // by a factory, so that it is disposed with the gateway
        services.AddSingleton<StoreWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<StoreWriter>());
        services.AddSingleton<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<Retention>());
        services.AddSingleton<TelemetryStore>();
        services.AddSingleton<IHeartHistory>(provider => provider.GetRequiredService<TelemetryStore>());
    }

    // The order in which reports are heard: who it is, the store, the open pages, then what the composer adds (the conversation).
    private static void AddDashboard(IServiceCollection services)
    {
        services.AddSingleton<DeviceAccounts>();
        services.AddSingleton<DeviceRegistry>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<EventHistory>();
        services.AddSingleton<HeartHistory>();
        AddListener<DeviceRegistry>(services);
        AddListener<TelemetryStore>(services);
        AddListener<LiveFeed>(services);
        services.AddSingleton<IDeviceListener>(provider => provider.GetRequiredService<HomeAssistantAnnouncer>());
        services.AddSingleton<MotionReEstimator>();
        services.AddSingleton<IDeviceListener>(provider => provider.GetRequiredService<MotionReEstimator>());
    }

    private static void AddListener<T>(IServiceCollection services)
        where T : class, IDeviceListener, ITurnListener
    {
        services.AddSingleton<IDeviceListener>(provider => provider.GetRequiredService<T>());
        services.AddSingleton<ITurnListener>(provider => provider.GetRequiredService<T>());
    }

    private static void AddMqtt(IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton<RefusalLog>();
        services.AddSingleton<Ingest>();
        services.AddSingleton<DeviceSender>();
        services.AddSingleton<IDeviceSender>(provider => provider.GetRequiredService<DeviceSender>());
        services.AddSingleton<IHousePublisher>(provider => provider.GetRequiredService<DeviceSender>());
        services.AddSingleton<TopicBook>();
        if (options.Broker is null)
        {
            AddEmbeddedBroker(services);
        }
        else
        {
            services.AddSingleton(NodeName.Of(options));
            services.AddSingleton<ExternalBroker>();
            services.AddSingleton<IHouseBroker>(provider => provider.GetRequiredService<ExternalBroker>());
            services.AddHostedService(provider => provider.GetRequiredService<ExternalBroker>());
            services.AddIntegrations();
        }
    }

    private static void AddEmbeddedBroker(IServiceCollection services)
    {
        services.AddConnections();
        services.AddSingleton<MqttConnectionHandler>();
        services.AddSingleton<KestrelConnections>();
        services.AddSingleton<BrokerLog>();
        services.AddSingleton<Broker>();
        services.AddSingleton<RetainedMessages>();
        services.AddSingleton<Visitors>();
        services.AddSingleton<Arrival>();
        services.AddSingleton<BrokerService>();
        services.AddHostedService(provider => provider.GetRequiredService<BrokerService>());
        services.AddSingleton<IHouseBroker, EmbeddedBroker>();
        services.AddIntegrations();
        services.AddHostedService<HouseDoor>();
        services.AddHostedService<TopicWatch>();
        services.AddHostedService<Revocation>();
    }
}
