using Wearable.Gateway.Integrations.HomeAssistant;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Integrations;

/// <summary>Puts what other programs of the house need into the gateway.</summary>
public static class IntegrationRegistration
{
    /// <summary>
    /// Registers Home Assistant's discovery and the house's texts. What other programs publish comes in through <see cref="HouseDoor"/>, which belongs to
    /// the embedded broker.
    /// </summary>
    public static void AddIntegrations(this IServiceCollection services)
    {
        services.AddSingleton<SayTopic>();
        services.AddHostedService(p => p.GetRequiredService<SayTopic>());
        services.AddSingleton<HomeAssistantAnnouncer>();
        services.AddHostedService(p => p.GetRequiredService<HomeAssistantAnnouncer>());
        services.AddForgetful<HomeAssistantAnnouncer>();
    }
}
