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
        /// <summary>INMP441 SCK: I2S bus 1 bit clock.</summary>
        public static int MicrophoneBitClock
        {
            get { return Pick(4, 26); }
        }

        /// <summary>INMP441 WS: I2S bus 1 word select.</summary>
        public static int MicrophoneWordSelect
        {
            get { return Pick(5, 25); }
        }

        /// <summary>INMP441 SD: I2S bus 1 data in.</summary>
        public static int MicrophoneData
        {
            get { return Pick(6, 33); }
        }

        /// <summary>MAX30102 SDA: I2C bus 1 data.</summary>
        public static int SensorData
        {
            get { return Pick(8, 21); }
        }

        /// <summary>MAX30102 SCL: I2C bus 1 clock.</summary>
        public static int SensorClock
        {
            get { return Pick(9, 22); }
        }

        /// <summary>MAX98357A BCLK: I2S bus 2 bit clock.</summary>
        public static int SpeakerBitClock
        {
            get { return Pick(15, 18); }
        }

        /// <summary>MAX98357A LRC: I2S bus 2 word select.</summary>
        public static int SpeakerWordSelect
        {
            get { return Pick(16, 19); }
        }

        /// <summary>MAX98357A DIN: I2S bus 2 data out.</summary>
        public static int SpeakerData
        {
            get { return Pick(7, 23); }
        }

        /// <summary>Button: low while pressed, pulled up inside.</summary>
        public static int Button
        {
            get { return 0; }
        }

        /// <summary>LED over 330 ohm: high while the microphone is on.</summary>
        public static int Light
        {
            get { return 2; }
        }

        // Classic ESP32 has its flash on 6 to 11 and, with PSRAM, more on 16 and 17: pins that are free on the S3. Not a static field: what a
        // static constructor throws happens before Main and is never shown.
        private static int Pick(int esp32S3, int esp32)
        {
            string target = SystemInfo.TargetName;
            if (target.StartsWith("ESP32_S3"))
            {
                return esp32S3;
            }

            if (target.StartsWith("ESP32_PSRAM") || target.StartsWith("ESP32_REV"))
            {
                return esp32;
            }

            throw new NotSupportedException("no pins are known for target " + target + ", see hardware/README.md");
        }
    }
}
