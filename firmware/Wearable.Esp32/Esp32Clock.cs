using System;
using System.Threading;
using nanoFramework.Hardware.Esp32;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>Uptime from the microsecond counter, since the tick count steps in 10 ms.</summary>
    internal sealed class Esp32Clock : IClock
    {
        // Before the network has set the clock the chip counts from 1970; anything before 2026 is "not set".
        private const long FirstBelievableMs = 1767225600000;

        public long UptimeMs
        {
            get { return (long)(HighResTimer.GetCurrent() / 1000); }
        }

        public long EpochMs
        {
            get
            {
                long ms = (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10000;
                return ms < FirstBelievableMs ? 0 : ms;
            }
        }

        public void Sleep(int ms)
        {
            Thread.Sleep(ms);
        }
    }
}
