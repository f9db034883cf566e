using nanoFramework.TestFramework;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>The pre-roll keeps the newest hops, in order.</summary>
    [TestClass]
    public class HopRingTests
    {
        [TestMethod]
        public static void The_newest_hops_are_kept_and_given_back_in_order()
        {
            HopRing ring = new HopRing(5);
            byte[] hop = new byte[RawSound.HopBytes];
            for (int n = 1; n <= 12; n++)
            {
                hop[0] = (byte)n;
                hop[RawSound.HopBytes - 1] = (byte)(n + 100);
                ring.Push(hop);
            }

            Check.Equal(5, ring.Count, "hops kept");
            for (int ago = 0; ago < 5; ago++)
            {
                ring.Copy(ago, hop);
                Check.Equal(12 - ago, hop[0], "first byte");
                Check.Equal(112 - ago, hop[RawSound.HopBytes - 1], "last byte");
            }
        }

        [TestMethod]
        public static void A_word_begins_after_the_pause_before_it()
        {
            short[] levels = new short[128];
            for (int i = 0; i < 100; i++)
            {
                levels[i] = (short)(i >= 60 && i < 95 ? 250 : 130);
            }

            Check.Equal(44, WordExtent.BeganBack(levels, 100, 0, 120), "hops back");
            Check.Equal(250, WordExtent.Peak(levels, 100, 1, 44), "peak");
        }
    }
}
