namespace Wearable.Contract
{
    /// <summary>The two texts of the <c>status</c> topic; not JSON, so that any last-will aware tool understands them.</summary>
    public static class StatusMessage
    {
        /// <summary>The device is connected.</summary>
        public const string Online = "online";

        /// <summary>The device is gone; also its last will.</summary>
        public const string Offline = "offline";
    }
}
