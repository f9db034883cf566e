namespace Wearable.Firmware
{
    /// <summary>Who this device is.</summary>
    public sealed class DeviceIdentity
    {
        /// <summary>Id in every topic; also the MQTT client id.</summary>
        public string DeviceId;

        /// <summary>Broker account, or null for none.</summary>
        public string User;

        /// <summary>Broker password, or null for none.</summary>
        public string Password;

        /// <summary>Version of this firmware.</summary>
        public string FirmwareVersion;

        /// <summary>Version of the runtime underneath.</summary>
        public string ClrVersion;

        /// <summary>Random for each boot, 1 to 2^31-1. Also seeds the reconnect jitter, so that a room full of wearables does not return at once.</summary>
        public int BootId;
    }
}
