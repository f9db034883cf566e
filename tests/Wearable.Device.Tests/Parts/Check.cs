using System;
using nanoFramework.TestFramework;

namespace Wearable.DeviceTests
{
    /// <summary>The few assertions these tests need, each with the name of what was looked at: the runner on the chip prints nothing else.</summary>
    internal static class Check
    {
        /// <summary>Two whole numbers are the same.</summary>
        public static void Equal(long wanted, long got, string what)
        {
            Assert.AreEqual(wanted, got, what);
        }

        /// <summary>Two texts are the same.</summary>
        public static void Text(string wanted, string got, string what)
        {
            Assert.AreEqual(wanted, got, what);
        }

        /// <summary>Something holds.</summary>
        public static void True(bool condition, string what)
        {
            Assert.IsTrue(condition, what);
        }

        /// <summary>A text holds another.</summary>
        public static void Contains(string wanted, string text, string what)
        {
            Assert.IsTrue(text.IndexOf(wanted) >= 0, what + ": " + wanted + " expected in " + text);
        }

        /// <summary>A number lies between two others, both included.</summary>
        public static void Between(long least, long most, long got, string what)
        {
            Assert.IsTrue(got >= least && got <= most, what + ": " + least.ToString() + " to " + most.ToString() + " expected, got " + got.ToString());
        }

        /// <summary>Numbers are the same, one by one.</summary>
        public static void Same(int[] wanted, int[] got, int count, string what)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.AreEqual(wanted[i], got[i], what + " " + i.ToString());
            }
        }
    }
}
