namespace Wearable.Firmware.Board
{
    /// <summary>A mono 16 kHz int16 little-endian speaker with a short buffer of its own (DMA on the chip).</summary>
    public interface ISpeaker
    {
        /// <summary>Bytes that <see cref="Write"/> takes now without blocking.</summary>
        int WritableBytes { get; }

        /// <summary>Hands over sound. Blocks when more than <see cref="WritableBytes"/> is given, so callers do not give more.</summary>
        /// <param name="pcm">int16 little-endian, mono, 16 kHz.</param>
        /// <param name="offset">First byte.</param>
        /// <param name="count">Bytes, even.</param>
        void Write(byte[] pcm, int offset, int count);

        /// <summary>True until the last written sample has left the membrane. The half-duplex guard ends on this, never on a timer.</summary>
        bool IsPlaying { get; }

        /// <summary>Drops what has not been played yet (interrupt).</summary>
        void Flush();
    }
}
