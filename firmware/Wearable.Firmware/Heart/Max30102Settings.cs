namespace Wearable.Firmware.Heart
{
    /// <summary>How one MAX30102 is used. Currents are register codes of 0.2 mA each.</summary>
    public sealed class Max30102Settings
    {
        /// <summary>Data slot of the infrared LED: 1 on a genuine part, 0 on clones that have red and infrared swapped.</summary>
        public int InfraredSlot = 1;

        /// <summary>ADC range, code 0-3: 2048, 4096, 8192 or 16384 nA full scale.</summary>
        public int AdcRange = 1;

        /// <summary>First infrared current: 6.2 mA, where a finger gives 110 to 130 thousand counts.</summary>
        public int FirstLed = 0x1F;

        /// <summary>Least infrared current: 0.4 mA.</summary>
        public int LeastLed = 0x02;

        /// <summary>Most infrared current: 25 mA.</summary>
        public int MostLed = 0x7F;

        /// <summary>Current of the LED that is not used; red is not needed without oxygen saturation.</summary>
        public int IdleLed = 0x00;

        /// <summary>Infrared current while looking for a finger: 1.6 mA.</summary>
        public int ProbeLed = 0x08;

        /// <summary>Light that means something is near, counts at <see cref="FirstLed"/>.</summary>
        public int ContactCounts = 10000;
    }
}
