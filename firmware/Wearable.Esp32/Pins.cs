using System;
using nanoFramework.Runtime.Native;

namespace Wearable.Esp32
{
    /// <summary>
    /// Where each wire goes. Made from hardware/wiring.json, as the picture and the table there; a test keeps them the same. One image runs on
    /// every board: the runtime says which chip it was built for.
    /// </summary>
    internal static class Pins
    {
        // Classic ESP32 has its flash on 6 to 11 and, with PSRAM, 16 and 17: pins that are free on the S3.
        private static readonly bool IsS3 = AskTarget();

        /// <summary>INMP441 SCK: I2S bus 1 bit clock.</summary>
        public static readonly int MicrophoneBitClock = IsS3 ? 4 : 26;

        /// <summary>INMP441 WS: I2S bus 1 word select.</summary>
        public static readonly int MicrophoneWordSelect = IsS3 ? 5 : 25;

        /// <summary>INMP441 SD: I2S bus 1 data in.</summary>
        public static readonly int MicrophoneData = IsS3 ? 6 : 33;

        /// <summary>MAX30102 SDA: I2C bus 1 data.</summary>
        public static readonly int SensorData = IsS3 ? 8 : 21;

        /// <summary>MAX30102 SCL: I2C bus 1 clock.</summary>
        public static readonly int SensorClock = IsS3 ? 9 : 22;

        /// <summary>MAX98357A BCLK: I2S bus 2 bit clock.</summary>
        public static readonly int SpeakerBitClock = IsS3 ? 15 : 18;

        /// <summary>MAX98357A LRC: I2S bus 2 word select.</summary>
        public static readonly int SpeakerWordSelect = IsS3 ? 16 : 19;

        /// <summary>MAX98357A DIN: I2S bus 2 data out.</summary>
        public static readonly int SpeakerData = IsS3 ? 7 : 23;

        /// <summary>Button: low while pressed, pulled up inside.</summary>
        public static readonly int Button = 0;

        /// <summary>LED over 330 ohm: high while the microphone is on.</summary>
        public static readonly int Light = 2;

        private static bool AskTarget()
        {
            string target = SystemInfo.TargetName;
            if (target.StartsWith("ESP32_S3"))
            {
                return true;
            }

            if (target.StartsWith("ESP32_PSRAM") || target.StartsWith("ESP32_REV"))
            {
                return false;
            }

            throw new NotSupportedException("board: no pins are known for target " + target + ", see hardware/README.md");
        }
    }
}
