using Wearable.Contract;

namespace Wearable.Firmware.Board
{
    /// <summary>
    /// Sound as I2S delivers it: raw bytes, so that an idle device can store them with a native copy and look at few of them.
    /// Turning bytes into samples costs 26 IL each; at 16 kHz that alone would break the budget for silence (300 k IL/s).
    /// </summary>
    public interface IMicrophone
    {
        /// <summary>Powers the microphone. Reads before this, or after <see cref="Stop"/>, throw.</summary>
        void Start();

        /// <summary>Switches the microphone off in hardware where the board can; no sound is captured until <see cref="Start"/>.</summary>
        void Stop();

        /// <summary>
        /// Fills one hop: <see cref="RawSound.HopBytes"/> bytes, int16 little-endian, two interleaved channels, 16 kHz.
        /// Blocks (on the chip: every thread) until the hop is complete.
        /// </summary>
        /// <param name="hop">Receives exactly <see cref="RawSound.HopBytes"/> bytes.</param>
        void Read(byte[] hop);

        /// <summary>Times sound was lost since <see cref="Start"/> because the loop came late, where the board can tell; else 0.</summary>
        int Overruns { get; }
    }

    /// <summary>The layout of raw microphone bytes.</summary>
    public static class RawSound
    {
        /// <summary>I2S delivers two slots; the microphone fills one (see <see cref="MicrophoneChannel"/>).</summary>
        public const int Channels = 2;

        /// <summary>The slot that carries the voice: 0 first, 1 second in each frame. INMP441 with L/R low fills the second (R then L).</summary>
        public const int MicrophoneChannel = 1;

        /// <summary>Bytes of one frame (one sample of each channel): 4.</summary>
        public const int FrameBytes = Channels * AudioFormat.SampleBytes;

        /// <summary>Bytes of one 20 ms hop: 1280.</summary>
        public const int HopBytes = AudioFormat.HopSamples * FrameBytes;

        /// <summary>Offset of the voice's low byte within a frame.</summary>
        public const int VoiceOffset = MicrophoneChannel * AudioFormat.SampleBytes;
    }
}
