namespace Wearable.DeviceTests
{
    /// <summary>One number for many: FNV-1a over 32-bit values, with the wrap-around of int that the chip and the PC share.</summary>
    internal sealed class Checksum
    {
        /// <summary>The number so far.</summary>
        public int Value = -2128831035;

        /// <summary>Takes one value in.</summary>
        public void Add(int value)
        {
            Value = (Value ^ value) * 16777619;
        }

        /// <summary>Takes the first values of an array in.</summary>
        public void Add(int[] values, int count)
        {
            for (int i = 0; i < count; i++)
            {
                Add(values[i]);
            }
        }

        /// <summary>Takes bytes in.</summary>
        public void Add(byte[] bytes, int offset, int count)
        {
            for (int i = offset; i < offset + count; i++)
            {
                Add(bytes[i]);
            }
        }
    }
}
