using System.Reflection;
using Wearable.Meter;

namespace Wearable.Simulator.Live;

/// <summary>
/// Makes wearables that live in this process, on firmware that counts its instructions and at the speed of a chip, while sound and ears are elsewhere.
/// All of them share one instrumented copy of the firmware, made when the first is; each is counted by its own thread.
/// </summary>
public static class LiveWearables
{
    /// <summary>IL instructions a second of the chip they run as fast as: the product's plan for an ESP32 of 240 MHz.</summary>
    public const long ChipSpeed = 2_000_000;

    private const BindingFlags Plainly = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions;

    private static readonly Lazy<Type> Copy = new(MakeCopy);

    /// <summary>Makes one that is switched off.</summary>
    /// <param name="id">Device id.</param>
    /// <param name="brokerHost">Name or address of the broker.</param>
    /// <param name="brokerPort">Its port.</param>
    /// <param name="user">Broker account.</param>
    /// <param name="password">Its password.</param>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    public static ILiveWearable Make(string id, string brokerHost, int brokerPort, string user, string password) =>
        (ILiveWearable)Activator.CreateInstance(Copy.Value, Plainly, binder: null, [id, brokerHost, brokerPort, user, password], culture: null)!;

    private static Type MakeCopy()
    {
        using MeteredContext metered = new(AppContext.BaseDirectory);
        metered.LoadChip();
        return metered.Load(typeof(LiveWearable).Assembly.GetName().Name!).GetType(typeof(LiveWearable).FullName!, throwOnError: true)!;
    }
}
