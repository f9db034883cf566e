using System;

// A stand-in for the part of nanoFramework.TestFramework 3.0 that the device tests use, with the same names and signatures.
namespace nanoFramework.TestFramework
{
    /// <summary>Marks a class with tests.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class TestClassAttribute : Attribute
    {
    }

    /// <summary>Marks a static method that is a test.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestMethodAttribute : Attribute
    {
    }

    /// <summary>Throws when something is not as expected.</summary>
    public static class Assert
    {
        /// <summary>Two numbers are the same.</summary>
        public static void AreEqual(long expected, long actual, string message = "")
        {
            if (expected != actual)
            {
                throw new AssertFailedException(message + ": " + expected.ToString() + " expected, got " + actual.ToString());
            }
        }

        /// <summary>Two numbers are the same.</summary>
        public static void AreEqual(int expected, int actual, string message = "")
        {
            AreEqual((long)expected, actual, message);
        }

        /// <summary>Two texts are the same.</summary>
        public static void AreEqual(string expected, string actual, string message = "")
        {
            if (expected != actual)
            {
                throw new AssertFailedException(message + ": \"" + expected + "\" expected, got \"" + actual + "\"");
            }
        }

        /// <summary>Something holds.</summary>
        public static void IsTrue(bool condition, string message = "")
        {
            if (!condition)
            {
                throw new AssertFailedException(message);
            }
        }
    }

    /// <summary>An assertion that does not hold.</summary>
    public sealed class AssertFailedException : Exception
    {
        /// <summary>Says which.</summary>
        public AssertFailedException(string message)
            : base(message)
        {
        }
    }
}
