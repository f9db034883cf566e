using Wearable.Firmware.Board;

namespace Wearable.Firmware
{
    /// <summary>The parts of one board. All are needed; a board without a part brings one that is honest about it.</summary>
    public sealed class DeviceBoard
    {
        /// <summary>Name for <c>info</c>: the nanoFramework target, or <c>simulator</c>.</summary>
        public string Name;

        /// <summary>
        /// False on boards whose memory does not hold the sound (see <see cref="VoiceHeapBytes"/>): the device then feels the pulse and says that its
        /// microphone is off; the button and the gateway cannot switch it on.
        /// </summary>
        public bool HasVoice = true;

        /// <summary>Free heap below which a board should not try to hear and speak: 160 KB were measured for the device alone, the radio and MQTT take the rest.</summary>
        public const int VoiceHeapBytes = 300000;

        /// <summary>Sound in.</summary>
        public IMicrophone Microphone;

        /// <summary>Sound out.</summary>
        public ISpeaker Speaker;

        /// <summary>Bus of the pulse sensor.</summary>
        public II2cBus I2c;

        /// <summary>Radio.</summary>
        public INetwork Network;

        /// <summary>MQTT.</summary>
        public IMessageLink Link;

        /// <summary>Time.</summary>
        public IClock Clock;

        /// <summary>Files that survive a restart.</summary>
        public IStorage Storage;

        /// <summary>The visible state.</summary>
        public ILight Light;

        /// <summary>The one button.</summary>
        public IButton Button;

        /// <summary>Battery, memory, restarts.</summary>
        public IPower Power;
    }
}
