using Wearable.Contract;

namespace Wearable.Simulator.Microphone;

/// <summary>How the sound waits for the loop: in blocks, of which the oldest is dropped when all are full.</summary>
/// <param name="BlockFrames">Samples of one block; what is not yet a whole block cannot be read.</param>
/// <param name="Blocks">Whole blocks it holds.</param>
public sealed record MicrophoneDma(int BlockFrames, int Blocks)
{
    /// <summary>Hop by hop without the chip's blocks: 300 ms behind the hop that is due.</summary>
    public static readonly MicrophoneDma Plain = new(AudioFormat.HopSamples, 16);

    /// <summary>As the ESP32 driver makes it of a buffer of 40,000 bytes: 19 blocks of 256 stereo frames, 304 ms.</summary>
    public static readonly MicrophoneDma Chip = new(256, 19);
}
