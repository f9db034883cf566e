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

        private static readonly short[] StepTable =
        {
            7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130,
            143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282,
            1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
            10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
        };

        private static readonly sbyte[] IndexTable = { -1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8 };

        private int _predictor;
        private int _index;

        /// <summary>Starts a new stream.</summary>
        public void Reset()
        {
            _predictor = 0;
            _index = 0;
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
            short[] steps = StepTable;
            sbyte[] moves = IndexTable;
            int predictor = _predictor;
            int index = _index;
            int at = outputOffset;
            output[at++] = (byte)predictor;
            output[at++] = (byte)(predictor >> 8);
            output[at++] = (byte)index;
            output[at++] = 0;
            int from = pcmOffset;
            int low = 0;
            for (int i = 0; i < samples; i++)
            {
                int sample = (short)(pcm[from] | (pcm[from + 1] << 8));
                from += stride;
                int step = steps[index];
                int difference = sample - predictor;
                int code = 0;
                if (difference < 0)
                {
                    code = 8;
                    difference = -difference;
                }

                int change = step >> 3;
                if (difference >= step)
                {
                    code |= 4;
                    difference -= step;
                    change += step;
                }

                step >>= 1;
                if (difference >= step)
                {
                    code |= 2;
                    difference -= step;
                    change += step;
                }

                step >>= 1;
                if (difference >= step)
                {
                    code |= 1;
                    change += step;
                }

                predictor += (code & 8) != 0 ? -change : change;
                if (predictor > 32767)
                {
                    predictor = 32767;
                }
                else if (predictor < -32768)
                {
                    predictor = -32768;
                }

                index += moves[code];
                if (index < 0)
                {
                    index = 0;
                }
                else if (index > 88)
                {
                    index = 88;
                }

                if ((i & 1) == 0)
                {
                    low = code;
                }
                else
                {
                    output[at++] = (byte)(low | (code << 4));
                }
            }

            _predictor = predictor;
            _index = index;
            return at - outputOffset;
        }

        /// <summary>Decodes one packet's payload; needs nothing from earlier packets.</summary>
        /// <param name="payload">Bytes, checked by <see cref="CheckHeader"/>.</param>
        /// <param name="offset">First byte of the 4-byte header.</param>
        /// <param name="count">Bytes, header included.</param>
        /// <param name="pcm">Receives int16 little-endian mono, 4 bytes per payload byte behind the header.</param>
        /// <param name="pcmOffset">Where.</param>
        /// <returns>Bytes written.</returns>
        public static int Decode(byte[] payload, int offset, int count, byte[] pcm, int pcmOffset)
        {
            short[] steps = StepTable;
            sbyte[] moves = IndexTable;
            int predictor = (short)(payload[offset] | (payload[offset + 1] << 8));
            int index = payload[offset + 2];
            int at = pcmOffset;
            int end = offset + count;
            for (int i = offset + HeaderBytes; i < end; i++)
            {
                int pair = payload[i];
                for (int half = 0; half < 2; half++)
                {
                    int code = half == 0 ? pair & 15 : pair >> 4;
                    int step = steps[index];
                    int change = step >> 3;
                    if ((code & 4) != 0)
                    {
                        change += step;
                    }

                    if ((code & 2) != 0)
                    {
                        change += step >> 1;
                    }

                    if ((code & 1) != 0)
                    {
                        change += step >> 2;
                    }

                    predictor += (code & 8) != 0 ? -change : change;
                    if (predictor > 32767)
                    {
                        predictor = 32767;
                    }
                    else if (predictor < -32768)
                    {
                        predictor = -32768;
                    }

                    index += moves[code];
                    if (index < 0)
                    {
                        index = 0;
                    }
                    else if (index > 88)
                    {
                        index = 88;
                    }

                    pcm[at++] = (byte)predictor;
                    pcm[at++] = (byte)(predictor >> 8);
                }
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
    }
}
