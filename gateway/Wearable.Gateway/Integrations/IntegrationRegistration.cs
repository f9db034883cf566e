using Wearable.Gateway.Integrations.HomeAssistant;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Integrations;

/// <summary>Puts what other programs of the house need into the gateway.</summary>
public static class IntegrationRegistration
{
    /// <summary>
    /// Registers Home Assistant's discovery and the house's topics: behind the broker, which must run before them, and before the topic explorer,
    /// which shows only what is passed on.
    /// </summary>
    public static void AddIntegrations(this IServiceCollection services)
    {
        services.AddSingleton<SayTopic>();
        services.AddHostedService(p => p.GetRequiredService<SayTopic>());
        services.AddSingleton<HomeAssistantAnnouncer>();
        services.AddHostedService(p => p.GetRequiredService<HomeAssistantAnnouncer>());
        services.AddHostedService<HouseDoor>();
        services.AddForgetful<HomeAssistantAnnouncer>();
    }
}
