namespace Wearable.Esp32
{
    /// <summary>
    /// Where each wire goes on an ESP32-S3 board (targets ESP32_S3_OCTAL and ESP32_S3_QUAD). The table in hardware/README.md says the same.
    /// </summary>
    internal static class Pins
    {
        /// <summary>INMP441 SCK: I2S bus 1 bit clock.</summary>
        public const int MicrophoneBitClock = 4;

        /// <summary>INMP441 WS: I2S bus 1 word select.</summary>
        public const int MicrophoneWordSelect = 5;

        /// <summary>INMP441 SD: I2S bus 1 data in. Its L/R pin goes to ground.</summary>
        public const int MicrophoneData = 6;

        /// <summary>MAX98357A BCLK: I2S bus 2 bit clock.</summary>
        public const int SpeakerBitClock = 15;

        /// <summary>MAX98357A LRC: I2S bus 2 word select.</summary>
        public const int SpeakerWordSelect = 16;

        /// <summary>MAX98357A DIN: I2S bus 2 data out.</summary>
        public const int SpeakerData = 7;

        /// <summary>MAX30102 SDA: I2C bus 1.</summary>
        public const int SensorData = 8;

        /// <summary>MAX30102 SCL: I2C bus 1.</summary>
        public const int SensorClock = 9;

        /// <summary>The button to ground; BOOT on most boards.</summary>
        public const int Button = 0;

        /// <summary>A light from this pin over 330 ohm to ground: the microphone's state.</summary>
        public const int Light = 2;
    }
}
