namespace Wearable.Simulator.Speaker;

/// <summary>Where the sound of a simulated speaker leaves it, when that is elsewhere: in a browser. Used under the speaker's own lock: quick, and no call back.</summary>
public interface IMembrane
{
    /// <summary>Plays this after what was handed over before.</summary>
    /// <param name="samples">int16 mono 16 kHz; kept.</param>
    void Play(short[] samples);

    /// <summary>Falls silent: what was handed over and not played never will be. It counts as played.</summary>
    void Drop();

    /// <summary>Samples played so far, of all that were handed over; never goes back.</summary>
    long PlayedSamples { get; }
}
