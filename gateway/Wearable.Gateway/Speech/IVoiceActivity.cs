namespace Wearable.Gateway.Speech;

/// <summary>The sound format of every speech engine here.</summary>
public static class SpeechFormat
{
    public const int SampleRateHz = 16000;

    /// <summary>Samples in one millisecond.</summary>
    public const int SamplesPerMs = SampleRateHz / 1000;
}

/// <summary>Tells speech from other sound. One model, many streams.</summary>
public interface IVoiceActivity
{
    /// <summary>Starts listening to one stream of sound. Dispose it with the stream.</summary>
    IVoiceActivityStream Open();
}

/// <summary>One stream of sound under observation. Not for several threads at once.</summary>
public interface IVoiceActivityStream : IDisposable
{
    /// <summary>Samples of one window.</summary>
    int WindowSamples { get; }

    /// <summary>Hears the next window.</summary>
    /// <param name="window">WindowSamples int16 values, mono, 16 kHz, right after the last window. Not kept.</param>
    /// <returns>How likely the window holds speech, 0 to 1.</returns>
    /// <exception cref="ArgumentException">The window has another length.</exception>
    float Score(ReadOnlySpan<short> window);

    /// <summary>Forgets what was heard: the next window begins a new stream.</summary>
    void Reset();
}
