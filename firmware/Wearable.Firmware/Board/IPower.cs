namespace Wearable.Firmware.Board
{
    /// <summary>Battery, memory and restarts.</summary>
    public interface IPower
    {
        /// <summary>0-100; meaningless unless <see cref="HasBattery"/>.</summary>
        int BatteryPercent { get; }

        /// <summary>False on boards without a battery gauge; <see cref="BatteryPercent"/> then means nothing and is not published.</summary>
        bool HasBattery { get; }

        /// <summary>Free bytes of the managed heap.</summary>
        int FreeHeapBytes { get; }

        /// <summary>Garbage collections since boot.</summary>
        int CollectionCount { get; }

        /// <summary>Why the device started: power, reboot, watchdog, brownout, sleep.</summary>
        string ResetReason { get; }

        /// <summary>Restarts the device; does not return on the chip.</summary>
        void Reboot();
    }
}
