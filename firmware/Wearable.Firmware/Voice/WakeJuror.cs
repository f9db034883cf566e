namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// One more network of the shape of <see cref="WakeModel"/>, for the same words, that is asked only when the first one hears something. It stays in
    /// flash (a generated class): its parts are made when it looks and dropped after it, one matrix at a time, so that it holds no memory.
    /// </summary>
    public abstract class WakeJuror
    {
        /// <summary>Everything but the matrices: FrontWeights and MixWeights are null.</summary>
        public abstract WakeModel Parts();

        /// <summary>One matrix, [output x 24 + input].</summary>
        /// <param name="number">0 and 1 the front's halves, from 2 the mix of each block.</param>
        public abstract sbyte[] Matrix(int number);
    }
}
