namespace Wearable.Contract
{
    /// <summary>
    /// IMA ADPCM (IMA Digital Audio Focus and Technical Working Groups, 1992), 4 bits a sample, low nibble first. Each packet starts with
    /// 4 bytes: the predictor int16, the step index 0-88 and 0, so that a lost packet costs its own 60 ms and nothing more.
    /// Measured on speech-to-text: no word lost against PCM.
    /// </summary>
    public sealed class ImaAdpcm
    {
        /// <summary>Bytes before the nibbles.</summary>
        public const int HeaderBytes = 4;

        /// <summary>A gain of 1 shifted by this is full loudness.</summary>
        public const int GainBits = 8;

        private static readonly short[] StepTable =
        {
            7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130,
            143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282,
            1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
            10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
        };

        private static readonly sbyte[] IndexTable = { -1, -1, -1, -1, 2, 4, 6, 8 };

        // Eight entries a step index, one for each magnitude 0-7: what the standard adds and compares bit by bit, looked up (counted: 2.2 to 0.9 M IL/s).
        private const int RowShift = 3, LastRow = 88 << RowShift;
        private static readonly ushort[] Change = MakeChange();
        private static readonly short[] NextRow = MakeNextRow();

        // 4 / step in 14 bits, at the first entry of each row: one multiplication instead of three comparisons. May choose the neighbour of the standard encoder's magnitude on a tie; any decoder follows.
        private const int ReciprocalBits = 14;
        private static readonly ushort[] Reciprocal = MakeReciprocal();

        private int _predictor;
        private int _row;

        /// <summary>Starts a new stream.</summary>
        public void Reset()
        {
            _predictor = 0;
            _row = 0;
        }

        /// <summary>Encodes int16 little-endian samples into a packet's payload; the encoder's state goes on to the next packet.</summary>
        /// <param name="pcm">Samples as bytes.</param>
        /// <param name="pcmOffset">First byte.</param>
        /// <param name="stride">Bytes from one sample to the next (2 mono, 4 one channel of stereo).</param>
        /// <param name="samples">How many, even.</param>
        /// <param name="output">Receives 4 + samples / 2 bytes.</param>
        /// <param name="outputOffset">Where.</param>
        /// <returns>Bytes written.</returns>
        public int Encode(byte[] pcm, int pcmOffset, int stride, int samples, byte[] output, int outputOffset)
        {
            WriteHeader(output, outputOffset);
            return HeaderBytes + Append(pcm, pcmOffset, stride, samples, output, outputOffset + HeaderBytes);
        }

        /// <summary>Begins a payload that <see cref="Append"/> goes on with: the 4 bytes that make it readable on its own.</summary>
        public void WriteHeader(byte[] output, int outputOffset)
        {
            output[outputOffset] = (byte)_predictor;
            output[outputOffset + 1] = (byte)(_predictor >> 8);
            output[outputOffset + 2] = (byte)(_row >> RowShift);
            output[outputOffset + 3] = 0;
        }

        /// <summary>Encodes more samples of the payload begun last; parameters as <see cref="Encode"/>, without a header.</summary>
        /// <returns>Bytes written: samples / 2.</returns>
        public int Append(byte[] pcm, int pcmOffset, int stride, int samples, byte[] output, int outputOffset)
        {
            ushort[] changes = Change;
            short[] nextRow = NextRow;
            ushort[] reciprocals = Reciprocal;
            int predictor = _predictor;
            int row = _row;
            int from = pcmOffset;
            int at = outputOffset;
            int end = outputOffset + samples / 2;
            for (; at < end; at++)
            {
                int pair;
                int differenceLow = (pcm[from] | ((sbyte)pcm[from + 1] << 8)) - predictor;
                from += stride;
                int entryLow;
                if (differenceLow >= 0)
                {
                    entryLow = (differenceLow * reciprocals[row]) >> ReciprocalBits;
                    if (entryLow > 7)
                    {
                        entryLow = 7;
                    }

                    pair = entryLow;
                    entryLow += row;
                    predictor += changes[entryLow];
                    if (predictor > 32767)
                    {
                        predictor = 32767;
                    }
                }
                else
                {
                    entryLow = (-differenceLow * reciprocals[row]) >> ReciprocalBits;
                    if (entryLow > 7)
                    {
                        entryLow = 7;
                    }

                    pair = entryLow | 8;
                    entryLow += row;
                    predictor -= changes[entryLow];
                    if (predictor < -32768)
                    {
                        predictor = -32768;
                    }
                }

                row = nextRow[entryLow];

                // The same for the high nibble: one sample a turn would cost a sixth more.
                int differenceHigh = (pcm[from] | ((sbyte)pcm[from + 1] << 8)) - predictor;
                from += stride;
                int entryHigh;
                if (differenceHigh >= 0)
                {
                    entryHigh = (differenceHigh * reciprocals[row]) >> ReciprocalBits;
                    if (entryHigh > 7)
                    {
                        entryHigh = 7;
                    }

                    pair |= entryHigh << 4;
                    entryHigh += row;
                    predictor += changes[entryHigh];
                    if (predictor > 32767)
                    {
                        predictor = 32767;
                    }
                }
                else
                {
                    entryHigh = (-differenceHigh * reciprocals[row]) >> ReciprocalBits;
                    if (entryHigh > 7)
                    {
                        entryHigh = 7;
                    }

                    pair |= (entryHigh | 8) << 4;
                    entryHigh += row;
                    predictor -= changes[entryHigh];
                    if (predictor < -32768)
                    {
                        predictor = -32768;
                    }
                }

                row = nextRow[entryHigh];
                output[at] = (byte)pair;
            }

            _predictor = predictor;
            _row = row;
            return at - outputOffset;
        }

        /// <summary>Decodes one packet's payload; needs nothing from earlier packets.</summary>
        /// <param name="payload">Bytes, checked by <see cref="CheckHeader"/>.</param>
        /// <param name="offset">First byte of the 4-byte header.</param>
        /// <param name="count">Bytes, header included.</param>
        /// <param name="pcm">Receives int16 little-endian mono, 4 bytes per payload byte behind the header.</param>
        /// <param name="pcmOffset">Where.</param>
        /// <param name="gain">Loudness, 0 to 256; folded in here because a pass of its own costs as much as decoding.</param>
        /// <returns>Bytes written.</returns>
        public static int Decode(byte[] payload, int offset, int count, byte[] pcm, int pcmOffset, int gain = 1 << GainBits)
        {
            ushort[] changes = Change;
            short[] nextRow = NextRow;
            int predictor = (short)(payload[offset] | (payload[offset + 1] << 8));
            int row = payload[offset + 2] << RowShift;
            int at = pcmOffset;
            int end = offset + count;
            for (int i = offset + HeaderBytes; i < end; i++)
            {
                int pair = payload[i];
                int entry = row + (pair & 7);
                if ((pair & 8) == 0)
                {
                    predictor += changes[entry];
                    if (predictor > 32767)
                    {
                        predictor = 32767;
                    }
                }
                else
                {
                    predictor -= changes[entry];
                    if (predictor < -32768)
                    {
                        predictor = -32768;
                    }
                }

                int sample = (predictor * gain) >> GainBits;
                pcm[at] = (byte)sample;
                pcm[at + 1] = (byte)(sample >> 8);

                // The same for the high nibble: a loop over two would cost a fifth more.
                entry = nextRow[entry] + ((pair >> 4) & 7);
                if (pair < 128)
                {
                    predictor += changes[entry];
                    if (predictor > 32767)
                    {
                        predictor = 32767;
                    }
                }
                else
                {
                    predictor -= changes[entry];
                    if (predictor < -32768)
                    {
                        predictor = -32768;
                    }
                }

                row = nextRow[entry];
                sample = (predictor * gain) >> GainBits;
                pcm[at + 2] = (byte)sample;
                pcm[at + 3] = (byte)(sample >> 8);
                at += 4;
            }

            return at - pcmOffset;
        }

        /// <summary>Checks the 4 bytes before the nibbles, so that <see cref="Decode"/> cannot leave its tables.</summary>
        /// <exception cref="WireException">Too short, or the step index is over 88.</exception>
        public static void CheckHeader(byte[] packet, int offset, int count)
        {
            if (count < HeaderBytes)
            {
                throw new WireException("audio", "payload", "at least 4 bytes of ADPCM header expected, got " + count.ToString());
            }

            if (packet[offset + 2] > 88)
            {
                throw new WireException("audio", "step index", "0 to 88 expected, got " + packet[offset + 2].ToString());
            }
        }

        private static ushort[] MakeChange()
        {
            ushort[] changes = new ushort[LastRow + 8];
            for (int i = 0; i < changes.Length; i++)
            {
                int step = StepTable[i >> RowShift];
                int change = step >> 3;
                change += (i & 4) != 0 ? step : 0;
                change += (i & 2) != 0 ? step >> 1 : 0;
                change += (i & 1) != 0 ? step >> 2 : 0;
                changes[i] = (ushort)change;
            }

            return changes;
        }

        private static short[] MakeNextRow()
        {
            short[] rows = new short[LastRow + 8];
            for (int i = 0; i < rows.Length; i++)
            {
                int index = (i >> RowShift) + IndexTable[i & 7];
                index = index < 0 ? 0 : index > 88 ? 88 : index;
                rows[i] = (short)(index << RowShift);
            }

            return rows;
        }

        private static ushort[] MakeReciprocal()
        {
            ushort[] reciprocals = new ushort[LastRow + 1];
            for (int i = 0; i <= LastRow; i += 8)
            {
                reciprocals[i] = (ushort)((4 << ReciprocalBits) / StepTable[i >> RowShift]);
            }

            return reciprocals;
        }
    }
}
