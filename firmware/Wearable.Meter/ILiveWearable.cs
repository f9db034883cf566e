namespace Wearable.Meter;

/// <summary>
/// A simulated wearable inside a metered context, as code outside of it sees one. Types of the firmware are others in there, so only types of the base
/// library and of this assembly, which is the same inside and outside, cross the border. Safe for many threads.
/// </summary>
public interface ILiveWearable : IAsyncDisposable
{
    /// <summary>Its device id.</summary>
    string Id { get; }

    /// <summary>How it is doing now.</summary>
    LiveReading Reading { get; }

    /// <summary>Ends when it is off; faulted when the firmware crashed.</summary>
    Task Completion { get; }

    /// <summary>Switches it on.</summary>
    void Start();

    /// <summary>The room goes on.</summary>
    /// <param name="samples">int16 mono 16 kHz; copied.</param>
    void Hear(ReadOnlySpan<short> samples);

    /// <summary>The room falls silent for now.</summary>
    void HearNoMore();

    /// <summary>True when all that was to be heard was heard.</summary>
    bool HeardAll { get; }

    /// <summary>Presses its button shortly.</summary>
    void Tap();

    /// <summary>Holds its button down, or lets it go.</summary>
    void Press(bool down);

    /// <summary>The next piece of an answer to be played, int16 mono 16 kHz. An empty one means: fall silent, drop what you have.</summary>
    bool TryTakeSound(out short[] samples);

    /// <summary>How much was played of all that was taken, counted from the first sample.</summary>
    void Played(long samples);
}

/// <summary>How a live wearable is doing.</summary>
/// <param name="Mode">As in <c>state</c>: idle, listening, streaming, thinking, speaking, muted.</param>
/// <param name="Connected">Whether the broker knows it.</param>
/// <param name="LinkError">Why it does not; empty while all is well.</param>
/// <param name="Word">The wake word that is closest to its threshold.</param>
/// <param name="Score">0-100.</param>
/// <param name="Threshold">0-100.</param>
/// <param name="Listens">True while there is sound worth looking at.</param>
/// <param name="Instructions">Work since it was switched on, in IL instructions; what library and board would cost is in it, an estimate.</param>
/// <param name="BusyMs">Time in which a chip of its speed could do nothing else.</param>
/// <param name="ElapsedMs">Time since it was switched on, on its clock.</param>
/// <param name="Overruns">Times it lost sound because it came late.</param>
/// <param name="Gaps">Times the room's sound ran dry.</param>
/// <param name="DroppedMs">Sound of the room that was dropped because too much waited.</param>
/// <param name="UnplayedSamples">Samples of answers on their way to whoever plays them.</param>
public readonly record struct LiveReading(
    string Mode, bool Connected, string LinkError, string Word, int Score, int Threshold, bool Listens, long Instructions, double BusyMs, double ElapsedMs,
    int Overruns, int Gaps, double DroppedMs, long UnplayedSamples);
