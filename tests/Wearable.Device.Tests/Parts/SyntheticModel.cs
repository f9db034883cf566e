using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>Weights of the wake network's shape out of an integer generator.</summary>
    internal static class SyntheticModel
    {
        private const int C = WakeModel.Channels;
        private const int Blocks = 4;

        /// <summary>A model for this many words.</summary>
        public static WakeModel Create(int words)
        {
            SyntheticSound chance = new SyntheticSound(1);
            WakeModel model = new WakeModel();
            model.Version = "generated";
            model.Words = new string[words];
            model.Thresholds = new int[words];
            for (int i = 0; i < words; i++)
            {
                model.Words[i] = "word-" + i.ToString();
                model.Thresholds[i] = 60;
            }

            model.FrontWeights = new sbyte[][] { Weights(chance, C * C), Weights(chance, C * C) };
            model.FrontBias = Biases(chance, C);
            model.FrontShift = Shifts(chance, C, 5);
            model.DepthSpacing = new sbyte[] { 1, 1, 2, 2 };
            model.DepthWeights = new sbyte[Blocks][];
            model.DepthShift = new sbyte[Blocks][];
            model.MixWeights = new sbyte[Blocks][];
            model.MixBias = new int[Blocks][];
            model.MixShift = new sbyte[Blocks][];
            for (int b = 0; b < Blocks; b++)
            {
                model.DepthWeights[b] = Weights(chance, C * WakeModel.Taps);
                model.DepthShift[b] = Shifts(chance, C, 6);
                model.MixWeights[b] = Weights(chance, C * C);
                model.MixBias[b] = Biases(chance, C);
                model.MixShift[b] = Shifts(chance, C, 6);
            }

            model.HeadWeights = Weights(chance, words * C);
            model.HeadBias = Biases(chance, words);
            model.HeadShift = Shifts(chance, words, 5);
            return model;
        }

        private static sbyte[] Weights(SyntheticSound chance, int count)
        {
            sbyte[] weights = new sbyte[count];
            for (int i = 0; i < count; i++)
            {
                weights[i] = (sbyte)chance.Around(127);
            }

            return weights;
        }

        private static int[] Biases(SyntheticSound chance, int count)
        {
            int[] biases = new int[count];
            for (int i = 0; i < count; i++)
            {
                biases[i] = chance.Around(20000);
            }

            return biases;
        }

        private static sbyte[] Shifts(SyntheticSound chance, int count, int least)
        {
            sbyte[] shifts = new sbyte[count];
            for (int i = 0; i < count; i++)
            {
                shifts[i] = (sbyte)(least + chance.Next() % 3);
            }

            return shifts;
        }
    }
}
