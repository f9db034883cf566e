namespace Wearable.Firmware.Board
{
    /// <summary>Time as an input, so that a simulation is replayed by its seed.</summary>
    public interface IClock
    {
        /// <summary>Milliseconds since boot; never goes back.</summary>
        long UptimeMs { get; }

        /// <summary>Milliseconds since 1970-01-01 UTC, or 0 before the clock is set.</summary>
        long EpochMs { get; }

        /// <summary>Lets time pass when there is no microphone read to wait in (muted). On the chip: Thread.Sleep, steps of 10 ms.</summary>
        void Sleep(int ms);
    }
}
