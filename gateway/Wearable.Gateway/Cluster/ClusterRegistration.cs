using Orleans.Configuration;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Cluster;

/// <summary>Puts Orleans into a gateway that is one of several. Nothing of it is loaded by a gateway that is alone.</summary>
public static class ClusterRegistration
{
    private const string Name = "wearable";

    /// <summary>Registers the silo and what gives wearables a home.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="choice">Where the other gateways reach this one.</param>
    /// <param name="connection">Of the gateways' database.</param>
    /// <param name="node">Its name.</param>
    public static void AddCluster(this IHostApplicationBuilder builder, ClusterChoice choice, string connection, string node)
    {
        builder.Services.AddSingleton<NodeHomes>();
        builder.Services.AddSingleton<IHomes>(provider => provider.GetRequiredService<NodeHomes>());
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (Name, Name));
            silo.Configure<SiloOptions>(options => options.SiloName = node);
            silo.UseAdoNetClustering(clustering => (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", connection));
            silo.Configure<EndpointOptions>(endpoint =>
            {
                (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (choice.Endpoint.Address, choice.Endpoint.Port, 0);
                endpoint.SiloListeningEndpoint = choice.Endpoint;
            });
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (choice.ProbeEvery, choice.Misses);
                // A probe may take twice as long where much is going on; as many such times without a word as misses are allowed, and Orleans believes the probes.
                membership.MaxProbeTimeout = 2 * choice.ProbeEvery;
                // Who was cut off and is back learns so late that it was given up; until then two gateways would answer one wearable.
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
                membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
            });
#pragma warning disable ORLEANSEXP003 // still called experimental: Orleans' own consistent directory, which does not forget wearables of living gateways when another leaves
            silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
            // Its wait until a lost gateway surely knows that it is lost (more than 20 s) would leave wearables without an answer for as long; one that lives on ends within 5 s, see below.
            silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(5));
            silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromDays(365)); // a wearable lives as long as it is connected
            if (!choice.HasHomes)
            {
                // Orleans places a grain only where its class is known.
                silo.Configure<GrainTypeOptions>(types => types.Classes.Remove(typeof(WearableGrain)));
            }
        });
        builder.Services.AddSingleton<HomeKeeper>();
        builder.Services.AddSingleton<IDeviceListener>(provider => provider.GetRequiredService<HomeKeeper>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<HomeKeeper>());
        builder.Services.AddSingleton<IAnnouncer, HomeAnnouncer>(); // in place of the conversations' own: whoever rings finds the wearable's home
    }

    private sealed class HomeAnnouncer(IGrainFactory grains) : IAnnouncer
    {
        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation) => grains.GetGrain<IWearableGrain>(deviceId).AnnounceAsync(text).WaitAsync(cancellation);
    }
}
