using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>Memory and restarts of the chip. No board of ours has a battery gauge yet.</summary>
    internal sealed class Esp32Power : IPower
    {
        public int BatteryPercent
        {
            get { return 0; }
        }

        public bool HasBattery
        {
            get { return false; }
        }

        public int FreeHeapBytes
        {
            get { return (int)nanoFramework.Runtime.Native.GC.Run(false); }
        }

        public int CollectionCount
        {
            get { return 0; } // the runtime does not count them
        }

        public string ResetReason
        {
            get
            {
                switch (Sleep.GetWakeupCause())
                {
                    case Sleep.WakeupCause.Undefined: return "power";
                    default: return "sleep";
                }
            }
        }

        public void Reboot()
        {
            Power.RebootDevice(RebootOption.NormalReboot);
        }
    }
}
