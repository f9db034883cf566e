using Wearable.Firmware.Board;

namespace Wearable.DeviceTests
{
    /// <summary>Time that passes only when a test says so.</summary>
    internal sealed class FakeClock : IClock
    {
        /// <summary>Now.</summary>
        public long NowMs;

        /// <summary>Wall time; 0 not set.</summary>
        public long WallMs;

        /// <inheritdoc/>
        public long UptimeMs
        {
            get { return NowMs; }
        }

        /// <inheritdoc/>
        public long EpochMs
        {
            get { return WallMs; }
        }

        /// <inheritdoc/>
        public void Sleep(int ms)
        {
            NowMs += ms;
        }
    }
}
