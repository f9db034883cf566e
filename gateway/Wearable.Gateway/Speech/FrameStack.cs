namespace Wearable.Gateway.Speech;

/// <summary>
/// Low frame rate: several frames side by side as one row, a row every few frames, so that a model looks 17 times a second and not 100 times. Before
/// the first and behind the last frame stand copies of them, as these models learned it. Then each column is brought to mean 0 and spread 1.
/// </summary>
/// <param name="window">Frames in one row; odd.</param>
/// <param name="shift">Frames from one row to the next.</param>
/// <param name="negativeMeans">Added to the columns: window times bands.</param>
/// <param name="inverseSpreads">Multiplied with the columns: window times bands.</param>
public sealed class FrameStack(int window, int shift, float[] negativeMeans, float[] inverseSpreads)
{
    private readonly int _width = negativeMeans.Length;
    private readonly int _bands = negativeMeans.Length / window;

    /// <summary>Columns of a row.</summary>
    public int Width => _width;

    /// <summary>Rows that come of so many frames.</summary>
    public int RowsOf(int frames) => (frames + shift - 1) / shift;

    /// <summary>Makes the rows.</summary>
    /// <param name="energies">Frames of bands, one behind the other.</param>
    public float[] Stack(ReadOnlySpan<float> energies)
    {
        int frames = energies.Length / _bands, rows = RowsOf(frames);
        float[] stacked = new float[rows * _width];
        for (int row = 0; row < rows; row++)
        {
            for (int place = 0; place < window; place++)
            {
                int frame = Math.Clamp((row * shift) + place - ((window - 1) / 2), 0, frames - 1);
                energies.Slice(frame * _bands, _bands).CopyTo(stacked.AsSpan((row * _width) + (place * _bands)));
            }

            for (int column = 0; column < _width; column++)
            {
                int at = (row * _width) + column;
                stacked[at] = (stacked[at] + negativeMeans[column]) * inverseSpreads[column];
            }
        }

        return stacked;
    }
}
