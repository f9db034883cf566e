using System;
using nanoFramework.TestFramework;

namespace Wearable.DeviceTests
{
    /// <summary>What the firmware relies on in the arithmetic, strings and control flow of the chip, each of which another interpreter could do differently.</summary>
    [TestClass]
    public class ChipArithmeticTests
    {
        // Read through fields so that no compiler folds the sums below.
        private static int s_big = int.MaxValue;
        private static int s_least = int.MinValue;
        private static int s_minus = -7;
        private static int s_three = 3;
        private static long s_long = 0x123456789ABCDEFL;
        private static readonly short[] s_shorts = { 1, -2, 32767, -32768 };
        private static readonly sbyte[] s_bytes = { 1, -2, 127, -128 };
        private static readonly long[] s_longs = { 1, -2, long.MaxValue, long.MinValue };
        private static readonly int[][] s_jagged = { new int[] { 1, -2 }, new int[] { int.MaxValue } };

        [TestMethod]
        public static void Sums_and_products_wrap()
        {
            Check.Equal(int.MinValue, s_big + 1, "int.MaxValue + 1");
            Check.Equal(int.MaxValue, s_least - 1, "int.MinValue - 1");
            Check.Equal(1, s_big * s_big, "int.MaxValue squared");
            Check.Equal(int.MinValue, -s_least, "-int.MinValue");
            int seed = 1103515245;
            seed = seed * 1103515245 + 12345;
            Check.Equal(-1029518686, seed, "one step of the noise generator");
        }

        [TestMethod]
        public static void Shifts_keep_the_sign_and_use_five_bits_of_the_count()
        {
            Check.Equal(-1, s_minus >> 3, "-7 >> 3");
            Check.Equal(-1, s_minus >> 31, "-7 >> 31");
            Check.Equal(-56, s_minus << s_three, "-7 << 3");
            Check.Equal(1, s_three >> (s_three - 2 + 32), "3 >> 33");
            Check.Equal(-14, s_minus << (s_three - 2 + 32), "-7 << 33");
            Check.Equal(-1L, ((long)s_minus) >> 40, "-7 >> 40 as long");
            Check.Equal(0x1234567, s_long >> 32, "a long's upper half");
            Check.Equal(0x91A2B3C, (int)(s_long >> 29) & 0x7FFFFFFF, "bits 29 to 59 of a long");
        }

        [TestMethod]
        public static void Division_cuts_towards_zero()
        {
            Check.Equal(-2, s_minus / s_three, "-7 / 3");
            Check.Equal(-1, s_minus % s_three, "-7 % 3");
            Check.Equal(-2L, (long)s_minus / s_three, "-7 / 3 as long");
            Check.Equal(-1L, (long)s_minus % s_three, "-7 % 3 as long");
            Check.Equal(s_long / 10, (s_long - s_long % 10) / 10, "long division by ten");
        }

        [TestMethod]
        public static void Narrowing_keeps_the_low_bits()
        {
            Check.Equal(44, (byte)(s_three * 100), "(byte)300");
            Check.Equal(-56, (sbyte)(s_three * 100 - 100), "(sbyte)200");
            Check.Equal(-25536, (short)(s_three * 13333 + 1), "(short)40000");
            Check.Equal(-1985229329, (int)s_long, "(int) of a long");
            Check.Equal(4294967289L, (uint)s_minus, "(uint)-7 as long");
        }

        [TestMethod]
        public static void Signed_bytes_make_samples()
        {
            byte[] raw = { 0xFF, 0x7F, 0x00, 0x80, 0xFE, 0xFF };
            Check.Equal(32767, raw[0] | ((sbyte)raw[1] << 8), "7FFF");
            Check.Equal(-32768, raw[2] | ((sbyte)raw[3] << 8), "8000");
            Check.Equal(-2, raw[4] | ((sbyte)raw[5] << 8), "FFFE");
            Check.Equal(-2, (short)(raw[4] | (raw[5] << 8)), "FFFE through short");
        }

        [TestMethod]
        public static void Two_products_fit_one_long_product()
        {
            // What the network's mix does: the lower half belongs to one output, the upper to the other.
            int[] weights = { -128, 127, -1, 0, 64 };
            long x = -2047;
            for (int i = 0; i < weights.Length; i++)
            {
                long packed = weights[i] + ((long)weights[weights.Length - 1 - i] << 32);
                long product = packed * x;
                int even = (int)product;
                Check.Equal(weights[i] * -2047, even, "lower product " + i.ToString());
                Check.Equal(weights[weights.Length - 1 - i] * -2047, (int)((product - even) >> 32), "upper product " + i.ToString());
            }
        }

        [TestMethod]
        public static void Tables_arrive_whole()
        {
            Check.Equal(-2, s_shorts[0] + s_shorts[1] + s_shorts[2] + s_shorts[3], "sum of shorts");
            Check.Equal(-2, s_bytes[0] + s_bytes[1] + s_bytes[2] + s_bytes[3], "sum of signed bytes");
            Check.Equal(-2, s_longs[0] + s_longs[1] + s_longs[2] + s_longs[3], "sum of longs");
            Check.Equal(int.MaxValue - 1, s_jagged[0][0] + s_jagged[0][1] + s_jagged[1][0], "sum of a jagged array");
        }

        [TestMethod]
        public static void Copies_within_one_array_may_overlap()
        {
            int[] line = { 1, 2, 3, 4, 5, 6 };
            Array.Copy(line, 2, line, 0, 4);
            Check.Same(new int[] { 3, 4, 5, 6, 5, 6 }, line, 6, "down");
            Array.Copy(line, 0, line, 2, 4);
            Check.Same(new int[] { 3, 4, 3, 4, 5, 6 }, line, 6, "up");
            Array.Clear(line, 1, 2);
            Check.Same(new int[] { 3, 0, 0, 4, 5, 6 }, line, 6, "cleared");
        }

        [TestMethod]
        public static void Numbers_become_text_alike()
        {
            Check.Text("-2147483648", s_least.ToString(), "int.MinValue");
            Check.Text("81985529216486895", s_long.ToString(), "a long");
            Check.Text("9223372036854775807", long.MaxValue.ToString(), "long.MaxValue");
            Check.Text("-9223372036854775808", s_longs[3].ToString(), "long.MinValue");
            Check.Text("255", ((byte)0xFF).ToString(), "a byte");
        }

        [TestMethod]
        public static void Text_is_cut_and_compared_alike()
        {
            string topic = "wearable/v1/bear/cmd/stop";
            Check.True(topic.StartsWith("wearable/v1/"), "starts with");
            Check.True(!topic.StartsWith("wearable-audio"), "does not start with");
            Check.Text("stop", topic.Substring(topic.IndexOf("cmd/") + 4), "after cmd/");
            Check.Equal(8, topic.IndexOf('/', 5), "slash from 5 on");
            Check.True("a" + topic.Substring(0, 1) == "aw", "equal by content, not by reference");
        }

        [TestMethod]
        public static void A_thrown_error_is_caught_by_its_type_and_finally_runs()
        {
            int path = 0;
            try
            {
                try
                {
                    throw new ArgumentException("named");
                }
                finally
                {
                    path += 1;
                }
            }
            catch (InvalidOperationException)
            {
                path += 10;
            }
            catch (ArgumentException e)
            {
                path += e.Message == "named" ? 100 : 1000;
            }

            Check.Equal(101, path, "finally once, the right catch once");
        }

        [TestMethod]
        public static void A_choice_by_text_takes_the_right_branch()
        {
            string[] names = { "stop", "listen", "yield", "volume", "threshold", "mute", "identify", "reboot", "forget", "other" };
            for (int i = 0; i < names.Length; i++)
            {
                Check.Equal(i, Choice(names[i].Substring(0, 2) + names[i].Substring(2)), names[i]);
            }
        }

        // Enough cases that the compiler goes by a hash of the text, computed with wrapping unsigned arithmetic.
        private static int Choice(string name)
        {
            switch (name)
            {
                case "stop": return 0;
                case "listen": return 1;
                case "yield": return 2;
                case "volume": return 3;
                case "threshold": return 4;
                case "mute": return 5;
                case "identify": return 6;
                case "reboot": return 7;
                case "forget": return 8;
                default: return 9;
            }
        }
    }
}
