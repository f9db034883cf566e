using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Privacy;

/// <summary>Registers erasing, and who holds something of a person in memory.</summary>
public static class PrivacyRegistration
{
    /// <summary>Adds erasing.</summary>
    public static void AddPrivacy(this IServiceCollection services)
    {
        services.AddSingleton<ClosedDoors>();
        services.AddSingleton<Acknowledgements>();
        services.AddSingleton<IDeviceListener>(p => p.GetRequiredService<Acknowledgements>());
        services.AddSingleton<RunningErasure>();
        services.AddForgetful<DeviceRegistry>();
        services.AddForgetful<TelemetryStore>();
        services.AddForgetful<TopicBook>();
        services.AddForgetful<RefusalLog>();
        services.AddForgetful<MotionReEstimator>();
        services.AddForgetful<SafetySettings>();
        services.AddForgetful<HeartSettings>();
    }

    /// <summary>Tells a registered service to let go of whom the owner forgets.</summary>
    public static void AddForgetful<T>(this IServiceCollection services)
        where T : class, IForgets => services.AddSingleton<IForgets>(p => p.GetRequiredService<T>());
}
