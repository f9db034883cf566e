namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Keeps the light at the sensor between 40 and 70 % of full scale by stepping the LED current between windows: too little wastes
    /// resolution, too much saturates with the next pressure of the finger.
    /// </summary>
    public static class LightControl
    {
        private const int Low = Max30102.FullScale * 30 / 100, High = Max30102.FullScale * 80 / 100, Target = Max30102.FullScale * 55 / 100;
        private const int Least = 2, Most = 0x7F; // 25 mA: enough for every skin on a finger, and what a small battery likes

        /// <summary>The current to use next.</summary>
        /// <param name="current">Now, in steps of 0.2 mA.</param>
        /// <param name="mean">Mean light at that current, counts.</param>
        /// <returns>The same when the light is right.</returns>
        public static int Next(int current, int mean)
        {
            if ((mean >= Low && mean <= High) || mean <= 0)
            {
                return current;
            }

            int next = (int)((long)current * Target / mean);
            next = next < Least ? Least : next > Most ? Most : next;
            return next;
        }
    }
}
