using Wearable.Meter;

namespace Wearable.Simulator.Parts;

/// <summary>
/// What the chip does outside the metered assemblies, in IL instructions of simple arithmetic: the board's adapters (a dozen instructions each, read
/// off their source, around calls priced as <see cref="LibraryCost"/> prices them) and M2Mqtt. M2Mqtt was counted by the same meter: its sources of
/// 2026-07, release build, a broker on the same machine, mean of 50 messages of 80 to 1,928 bytes, all of its threads together. What the C of the
/// network stack takes is not in here.
/// </summary>
internal static class BoardCost
{
    /// <summary>One look at the microsecond counter and a 64-bit division.</summary>
    public const int Clock = LibraryCost.NativeCall + 10;

    /// <summary>The time of day: two native calls more.</summary>
    public const int TimeOfDay = (3 * LibraryCost.NativeCall) + 20;

    /// <summary>A pin read, or a look at the radio.</summary>
    public const int Look = LibraryCost.NativeCall + 10;

    /// <summary>A look at something behind a lock.</summary>
    public const int LockedLook = LibraryCost.Lock + 20;

    /// <summary>A transfer by I2S or I2C, without the time on the wire.</summary>
    public const int Transfer = (3 * LibraryCost.NativeCall) + 40;

    /// <summary>A message published with QoS 0: 813 instructions and 3,006 for the library.</summary>
    public const int Publish = 813 + 3006 + Adapter;

    /// <summary>A message published with QoS 1, its acknowledgement included.</summary>
    public const int PublishAcknowledged = 1631 + 6174 + Adapter;

    /// <summary>A message received with QoS 1; QoS 0 is 16 % less.</summary>
    public const int Receive = 1159 + 5306 + Adapter;

    // The board's own copy or queue around it: an array, a lock, a few calls.
    private const int Adapter = LibraryCost.Allocation + LibraryCost.Lock + (3 * LibraryCost.NativeCall) + 50;
}
