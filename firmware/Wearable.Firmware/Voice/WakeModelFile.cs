using System;
using System.Text;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// A wake-word model as bytes, about 4.9 KB: what the training tool writes, the gateway sends and the device keeps. Little endian:
    /// "WWM2", length of the whole file, CRC-32 of everything after these twelve bytes; counts of words and blocks; version and words as a
    /// length and ASCII, each word followed by its threshold; then the arrays of <see cref="WakeModel"/> in the order of its fields, those of a block together.
    /// Files that begin with "WWM1" were written before columns had a spacing: they hold none, and all of theirs is 1.
    /// </summary>
    public static class WakeModelFile
    {
        /// <summary>Bytes that tell one file from another: mark, length, checksum.</summary>
        public const int HeadBytes = 12;

        /// <summary>Longest file taken, bytes: four words and six blocks need less.</summary>
        public const int MostBytes = 8192;

        /// <summary>Most words and blocks.</summary>
        public const int MostWords = 4, MostBlocks = 6;

        // The second block halves the rate, so there must be two.
        private const int LeastBlocks = 2;

        private const int MostText = 32;

        // Half a byte at a time: a model is checked in some 60 ms of the chip; bit by bit would be 200 ms without a look at the microphone.
        private static readonly uint[] Nibbles =
        {
            0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
            0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
        };

        private const int C = WakeModel.Channels;

        /// <summary>Reads a model.</summary>
        /// <param name="file">The bytes; not kept.</param>
        /// <param name="length">How many of them.</param>
        /// <exception cref="ArgumentException">Names what is wrong with it, what came and what was wanted.</exception>
        public static WakeModel Read(byte[] file, int length)
        {
            if (length < HeadBytes + 2 || length > MostBytes)
            {
                throw new ArgumentException("wake model file: 14 to " + MostBytes.ToString() + " bytes expected, got " + length.ToString());
            }

            if (file[0] != 'W' || file[1] != 'W' || file[2] != 'M' || (file[3] != '1' && file[3] != '2'))
            {
                throw new ArgumentException("wake model file: WWM2 or WWM1 expected at its start");
            }

            int at = 4;
            Expect("length", Int(file, ref at), length);
            Expect("checksum", Int(file, ref at), Checksum(file, length));
            int words = Count("words", file[at++], 1, MostWords);
            int blocks = Count("blocks", file[at++], LeastBlocks, MostBlocks);
            WakeModel model = new WakeModel();
            model.Version = Text("version", file, length, ref at);
            model.Words = new string[words];
            model.Thresholds = new int[words];
            for (int i = 0; i < words; i++)
            {
                model.Words[i] = Text("word", file, length, ref at);
                Room(1, at, length);
                model.Thresholds[i] = Count("threshold", file[at++], 0, 100);
            }

            bool spaced = file[3] == '2';
            Room((spaced ? blocks : 0) + (2 * C * C) + (5 * C) + (blocks * ((C * WakeModel.Taps) + C + (C * C) + (5 * C))) + (words * (C + 5)), at, length);
            model.FrontWeights = new sbyte[][] { Bytes(file, ref at, C * C), Bytes(file, ref at, C * C) };
            model.FrontBias = Ints(file, ref at, C);
            model.FrontShift = Bytes(file, ref at, C);
            model.DepthSpacing = spaced ? Bytes(file, ref at, blocks) : Ones(blocks);
            model.DepthWeights = new sbyte[blocks][];
            model.DepthShift = new sbyte[blocks][];
            model.MixWeights = new sbyte[blocks][];
            model.MixBias = new int[blocks][];
            model.MixShift = new sbyte[blocks][];
            for (int b = 0; b < blocks; b++)
            {
                model.DepthWeights[b] = Bytes(file, ref at, C * WakeModel.Taps);
                model.DepthShift[b] = Bytes(file, ref at, C);
                model.MixWeights[b] = Bytes(file, ref at, C * C);
                model.MixBias[b] = Ints(file, ref at, C);
                model.MixShift[b] = Bytes(file, ref at, C);
            }

            model.HeadWeights = Bytes(file, ref at, words * C);
            model.HeadBias = Ints(file, ref at, words);
            model.HeadShift = Bytes(file, ref at, words);
            Expect("length of its arrays", at, length);
            WakeModelCheck.Throw(model);
            return model;
        }

        /// <summary>CRC-32 (ISO-HDLC, the one of zip files) of everything after the first twelve bytes.</summary>
        /// <param name="file">The bytes.</param>
        /// <param name="length">How many of them.</param>
        public static int Checksum(byte[] file, int length)
        {
            uint[] nibbles = Nibbles;
            uint crc = 0xFFFFFFFF;
            for (int i = HeadBytes; i < length; i++)
            {
                crc ^= file[i];
                crc = (crc >> 4) ^ nibbles[(int)(crc & 15)];
                crc = (crc >> 4) ^ nibbles[(int)(crc & 15)];
            }

            return (int)(crc ^ 0xFFFFFFFF);
        }

        private static int Int(byte[] file, ref int at)
        {
            int value = file[at] | (file[at + 1] << 8) | (file[at + 2] << 16) | (file[at + 3] << 24);
            at += 4;
            return value;
        }

        private static int[] Ints(byte[] file, ref int at, int count)
        {
            int[] values = new int[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = Int(file, ref at);
            }

            return values;
        }

        private static sbyte[] Bytes(byte[] file, ref int at, int count)
        {
            sbyte[] values = new sbyte[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = (sbyte)file[at + i];
            }

            at += count;
            return values;
        }

        private static sbyte[] Ones(int count)
        {
            sbyte[] values = new sbyte[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = 1;
            }

            return values;
        }

        private static string Text(string what, byte[] file, int length, ref int at)
        {
            Room(1, at, length);
            int count = Count(what + ", characters", file[at++], 1, MostText);
            Room(count, at, length);
            for (int i = 0; i < count; i++)
            {
                Count(what + ", character", file[at + i], 32, 126);
            }

            string text = Encoding.UTF8.GetString(file, at, count);
            at += count;
            return text;
        }

        private static void Room(int wanted, int at, int length)
        {
            if (at + wanted > length)
            {
                throw new ArgumentException("wake model file: " + (at + wanted).ToString() + " bytes expected at least, got " + length.ToString());
            }
        }

        private static int Count(string what, int got, int least, int most)
        {
            if (got < least || got > most)
            {
                throw new ArgumentException("wake model file, " + what + ": " + least.ToString() + " to " + most.ToString() + " expected, got " + got.ToString());
            }

            return got;
        }

        private static void Expect(string what, int got, int wanted)
        {
            if (got != wanted)
            {
                throw new ArgumentException("wake model file, " + what + ": " + wanted.ToString() + " expected, got " + got.ToString());
            }
        }
    }
}
