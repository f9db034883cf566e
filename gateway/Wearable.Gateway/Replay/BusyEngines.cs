using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Replay;

/// <summary>Counts what the speech engines have under way, so that a replay's clock stands still while they compute.</summary>
internal sealed class BusyEngines
{
    private int _working;

    /// <summary>Whether none works.</summary>
    public bool Idle => Volatile.Read(ref _working) == 0;

    /// <summary>Puts the counters before the engines that are registered.</summary>
    public void Wrap(IServiceCollection services)
    {
        Replace<ISpeechToText>(services, inner => new Ears(this, inner));
        Replace<IWordScorer>(services, inner => new Scorer(this, inner));
        Replace<ITextToSpeech>(services, inner => new Mouth(this, inner));
    }

    private static void Replace<T>(IServiceCollection services, Func<T, T> wrap)
        where T : class
    {
        if (services.LastOrDefault(service => service.ServiceType == typeof(T))?.ImplementationInstance is T inner)
        {
            services.AddSingleton(wrap(inner));
        }
    }

    private async Task<T> WhileAsync<T>(Func<Task<T>> work)
    {
        Interlocked.Increment(ref _working);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
    }

    private sealed class Ears(BusyEngines busy, ISpeechToText inner) : ISpeechToText
    {
        public string Language => inner.Language;

        public Task<Transcript> TranscribeAsync(ReadOnlyMemory<short> samples, CancellationToken cancellation = default) => busy.WhileAsync(() => inner.TranscribeAsync(samples, cancellation));
    }

    private sealed class Scorer(BusyEngines busy, IWordScorer inner) : IWordScorer
    {
        public Task<double> ScoreAsync(ReadOnlyMemory<short> samples, string word, CancellationToken cancellation = default) => busy.WhileAsync(() => inner.ScoreAsync(samples, word, cancellation));
    }

    private sealed class Mouth(BusyEngines busy, ITextToSpeech inner) : ITextToSpeech
    {
        public IReadOnlyList<string> Voices => inner.Voices;

        public Task<SpokenText> SpeakAsync(string text, SpeakingStyle? style = null, CancellationToken cancellation = default) => busy.WhileAsync(() => inner.SpeakAsync(text, style, cancellation));
    }
}
