using System;

namespace Wearable.Firmware.Voice
{
    /// <summary>Checks a model once, so that the network may trust it in its loops.</summary>
    public static class WakeModelCheck
    {
        private const int C = WakeModel.Channels;

        /// <summary>Throws an ArgumentException that names the first array with a wrong length or the first shift out of range.</summary>
        public static void Throw(WakeModel model)
        {
            int words = model.Words.Length;
            int blocks = model.MixWeights.Length;
            Length("thresholds", model.Thresholds.Length, words);
            Length("front halves", model.FrontWeights.Length, 2);
            Length("front weights 0", model.FrontWeights[0].Length, C * C);
            Length("front weights 1", model.FrontWeights[1].Length, C * C);
            Length("front bias", model.FrontBias.Length, C);
            Shifts("front shift", model.FrontShift, C);
            Length("depth spacing blocks", model.DepthSpacing.Length, blocks);
            Length("depth blocks", model.DepthWeights.Length, blocks);
            Length("depth shift blocks", model.DepthShift.Length, blocks);
            Length("mix bias blocks", model.MixBias.Length, blocks);
            Length("mix shift blocks", model.MixShift.Length, blocks);
            for (int b = 0; b < blocks; b++)
            {
                Spacing(model.DepthSpacing[b]);
                Length("depth weights", model.DepthWeights[b].Length, C * WakeModel.Taps);
                Shifts("depth shift", model.DepthShift[b], C);
                Length("mix weights", model.MixWeights[b].Length, C * C);
                Length("mix bias", model.MixBias[b].Length, C);
                Shifts("mix shift", model.MixShift[b], C);
            }

            Length("head weights", model.HeadWeights.Length, words * C);
            Length("head bias", model.HeadBias.Length, words);
            Shifts("head shift", model.HeadShift, words);
        }

        private static void Length(string what, int got, int wanted)
        {
            if (got != wanted)
            {
                throw new ArgumentException("wake model, " + what + ": " + wanted.ToString() + " expected, got " + got.ToString());
            }
        }

        private static void Spacing(sbyte got)
        {
            if (got < 1 || got > WakeModel.MostSpacing)
            {
                throw new ArgumentException("wake model, depth spacing: 1 to " + WakeModel.MostSpacing.ToString() + " expected, got " + ((int)got).ToString());
            }
        }

        private static void Shifts(string what, sbyte[] shifts, int wanted)
        {
            Length(what, shifts.Length, wanted);
            for (int i = 0; i < shifts.Length; i++)
            {
                if (shifts[i] < 0 || shifts[i] > 31)
                {
                    throw new ArgumentException("wake model, " + what + ": 0 to 31 expected, got " + ((int)shifts[i]).ToString());
                }
            }
        }
    }
}
