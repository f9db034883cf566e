namespace Wearable.Gateway.Speech;

/// <summary>What the last packet brought. Several may come at once.</summary>
[Flags]
public enum SpeechEvents
{
    None = 0,

    /// <summary>An utterance began.</summary>
    Started = 1,

    /// <summary>Quiet for PauseMs inside the utterance: a good moment to transcribe on suspicion.</summary>
    Paused = 2,

    /// <summary>Speech went on after a reported pause: what was transcribed is not the whole.</summary>
    Resumed = 4,

    /// <summary>Listening is over; see <see cref="EndOfSpeechDetector.Reason"/>. Further packets are ignored.</summary>
    Ended = 8,
}

public enum EndReason
{
    /// <summary>Not ended yet.</summary>
    None,

    /// <summary>The speaker fell silent.</summary>
    Silence,

    /// <summary>The utterance reached its greatest length.</summary>
    TooLong,

    /// <summary>Nobody spoke.</summary>
    NoSpeech,
}

/// <summary>Finds where an utterance begins, pauses and ends in a stream of sound. Positions count samples since the first
/// packet. Deaf after the end until <see cref="Reset"/>; owned by one stream, not for several threads.</summary>
public sealed class EndOfSpeechDetector : IDisposable
{
    private readonly IVoiceActivityStream _activity;
    private readonly EndOfSpeechSettings _settings;
    private readonly short[] _window;
    private readonly long _ignoreBeforeSamples;

    private int _filled;
    private long _heardSamples, _quietSamples, _runSamples, _waitedSamples;
    private bool _paused;

    /// <param name="activity">The stream's own voice activity; disposed with the detector.</param>
    /// <param name="settings">Null: the defaults.</param>
    public EndOfSpeechDetector(IVoiceActivityStream activity, EndOfSpeechSettings? settings = null)
    {
        _activity = activity;
        _settings = settings ?? new EndOfSpeechSettings();
        _window = new short[activity.WindowSamples];
        _ignoreBeforeSamples = (long)_settings.IgnoreBeforeMs * SpeechFormat.SamplesPerMs;
        SilenceMs = _settings.SilenceMs;
        Clear();
    }

    /// <summary>Quiet that ends the utterance; may be changed while listening, for example shortened once the words so far
    /// are a complete question. Short utterances still wait longer unless this was set below the settings' value.</summary>
    public int SilenceMs { get; set; }

    /// <summary>An utterance has begun and has not ended.</summary>
    public bool IsSpeaking { get; private set; }

    public EndReason Reason { get; private set; }

    /// <summary>First sample of the utterance; -1 before it began.</summary>
    public long SpeechStartSample { get; private set; }

    /// <summary>One past the last sample that held speech, so far; -1 before the utterance began.</summary>
    public long SpeechEndSample { get; private set; }

    /// <summary>How long the utterance has been, first to last speech, pauses included.</summary>
    public int SpeechMs => SpeechStartSample < 0 ? 0 : (int)((SpeechEndSample - SpeechStartSample) / SpeechFormat.SamplesPerMs);

    /// <summary>How long it has been quiet since the last speech of the utterance; 0 while speaking and before.</summary>
    public int QuietMs => IsSpeaking ? (int)(_quietSamples / SpeechFormat.SamplesPerMs) : 0;

    /// <summary>Samples heard and scored; a rest shorter than a window waits for the next packet.</summary>
    public long HeardSamples => _heardSamples;

    /// <summary>Hears the next packet.</summary>
    /// <param name="packet">int16, mono, 16 kHz, of any length (60 ms is usual). Not kept.</param>
    public SpeechEvents Hear(ReadOnlySpan<short> packet)
    {
        SpeechEvents events = SpeechEvents.None;
        while (packet.Length > 0 && Reason == EndReason.None)
        {
            int take = Math.Min(packet.Length, _window.Length - _filled);
            packet[..take].CopyTo(_window.AsSpan(_filled));
            packet = packet[take..];
            _filled += take;
            if (_filled == _window.Length)
            {
                _filled = 0;
                events |= HearWindow(_activity.Score(_window));
            }
        }

        return events;
    }

    /// <summary>Begins a new stream with the same settings.</summary>
    public void Reset()
    {
        _activity.Reset();
        SilenceMs = _settings.SilenceMs;
        Clear();
    }

    public void Dispose() => _activity.Dispose();

    private void Clear()
    {
        (_filled, _heardSamples, _quietSamples, _runSamples, _waitedSamples, _paused) = (0, 0, 0, 0, 0, false);
        (IsSpeaking, Reason, SpeechStartSample, SpeechEndSample) = (false, EndReason.None, -1, -1);
    }

    private SpeechEvents HearWindow(float score)
    {
        _heardSamples += _window.Length;
        if (_heardSamples <= _ignoreBeforeSamples)
        {
            return SpeechEvents.None;
        }

        return IsSpeaking ? GoOn(score) : Wait(score);
    }

    private SpeechEvents Wait(float score)
    {
        _waitedSamples += _window.Length;
        _runSamples = score >= _settings.SpeechScore ? _runSamples + _window.Length : 0;
        if (_runSamples > 0 && _runSamples >= (long)_settings.StartMs * SpeechFormat.SamplesPerMs)
        {
            IsSpeaking = true;
            SpeechStartSample = Math.Max(_heardSamples - _runSamples, _ignoreBeforeSamples);
            SpeechEndSample = _heardSamples;
            return SpeechEvents.Started;
        }

        if (_runSamples == 0 && _waitedSamples >= (long)_settings.NoSpeechMs * SpeechFormat.SamplesPerMs)
        {
            Reason = EndReason.NoSpeech;
            return SpeechEvents.Ended;
        }

        return SpeechEvents.None;
    }

    private SpeechEvents GoOn(float score)
    {
        SpeechEvents events = SpeechEvents.None;
        bool speech = score >= (_quietSamples == 0 ? _settings.QuietScore : _settings.SpeechScore);
        if (speech)
        {
            events = _paused ? SpeechEvents.Resumed : SpeechEvents.None;
            (_paused, _quietSamples, SpeechEndSample) = (false, 0, _heardSamples);
        }
        else
        {
            _quietSamples += _window.Length;
            if (!_paused && QuietMs >= _settings.PauseMs)
            {
                _paused = true;
                events = SpeechEvents.Paused;
            }
        }

        Reason = !speech && QuietMs >= NeededSilenceMs() ? EndReason.Silence
            : _heardSamples - SpeechStartSample >= (long)_settings.MaxSpeechMs * SpeechFormat.SamplesPerMs ? EndReason.TooLong
            : EndReason.None;
        if (Reason == EndReason.None)
        {
            return events;
        }

        IsSpeaking = false;
        return events | SpeechEvents.Ended;
    }

    private int NeededSilenceMs() => SpeechMs < _settings.ShortSpeechMs && SilenceMs >= _settings.SilenceMs
        ? Math.Max(SilenceMs, _settings.ShortSpeechSilenceMs)
        : SilenceMs;
}
