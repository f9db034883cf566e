namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// The weights of one wake-word network as plain arrays (a generated file fills them, see WakeModelShipped.cs).
    /// Shape: front (3 rows of 16 bands every 2 rows -> 24), then blocks of a depthwise column of 5 steps and a 24 x 24 mix;
    /// the second block keeps every second step. Several words share the body and differ only in the head.
    /// Weights are int8; a sum is shifted right by its output's shift to become 1/256 units.
    /// </summary>
    public sealed class WakeModel
    {
        /// <summary>Channels of every layer; the unrolled mix is written for this number.</summary>
        public const int Channels = 24;

        /// <summary>Rows of features the front sees at once: 3 x 16 bands = 2 x 24 inputs.</summary>
        public const int FrontRows = 3;

        /// <summary>Steps a depthwise column sees.</summary>
        public const int Taps = 5;

        /// <summary>Largest <see cref="DepthSpacing"/>.</summary>
        public const int MostSpacing = 4;

        /// <summary>One unit of a number between layers: 256 = 1.0.</summary>
        public const int One = 256;

        /// <summary>Largest number between layers: just under 8.0.</summary>
        public const int Ceiling = 8 * One - 1;

        /// <summary>Version, as in the model's card.</summary>
        public string Version;

        /// <summary>The words, lower case, one head each.</summary>
        public string[] Words;

        /// <summary>Shipped threshold of each word, 0-100.</summary>
        public int[] Thresholds;

        /// <summary>Front, [half][output x 24 + input]; half 0 takes inputs 0-23 of the three rows (oldest first), half 1 the rest.</summary>
        public sbyte[][] FrontWeights;

        /// <summary>Front bias in units of the unshifted sum, per output.</summary>
        public int[] FrontBias;

        /// <summary>Right shift of the front's sum, per output.</summary>
        public sbyte[] FrontShift;

        /// <summary>
        /// Steps from one tap of a block's column to the next, 1 to <see cref="MostSpacing"/>: 1 takes the last five steps, 2 every second of the last
        /// nine, for the same work. Wider columns hear more of the past: how a slow speaker's word began, and what was said before it.
        /// </summary>
        public sbyte[] DepthSpacing;

        /// <summary>Depthwise weights of each block, [channel x 5 + tap], oldest tap first.</summary>
        public sbyte[][] DepthWeights;

        /// <summary>Right shift of a channel's depthwise sum.</summary>
        public sbyte[][] DepthShift;

        /// <summary>Mix of each block, [output x 24 + input].</summary>
        public sbyte[][] MixWeights;

        /// <summary>Bias of each block's mix in units of the unshifted sum.</summary>
        public int[][] MixBias;

        /// <summary>Right shift of each mix output.</summary>
        public sbyte[][] MixShift;

        /// <summary>Heads, [word x 24 + input].</summary>
        public sbyte[] HeadWeights;

        /// <summary>Head bias in units of the unshifted sum, per word.</summary>
        public int[] HeadBias;

        /// <summary>Right shift of a head's sum, per word: the score before squashing, 1/256 units.</summary>
        public sbyte[] HeadShift;
    }
}
