namespace Wearable.Firmware.Board
{
    /// <summary>The radio under the message link.</summary>
    public interface INetwork
    {
        /// <summary>True while there is an address to send from.</summary>
        bool IsUp { get; }

        /// <summary>Starts joining the configured network in the background; harmless when already up or joining.</summary>
        void BeginJoin();

        /// <summary>Signal strength in dBm, or 0 when unknown.</summary>
        int RssiDbm { get; }
    }
}
