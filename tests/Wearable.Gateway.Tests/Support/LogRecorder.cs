using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Wearable.Gateway.Tests.Support;

/// <summary>Keeps every log entry; a test that did not announce errors fails when there is one.</summary>
public sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    public IReadOnlyList<string> At(LogLevel level) => [.. _entries.Where(entry => entry.Level == level).Select(entry => entry.Text)];

    public IReadOnlyList<string> All => [.. _entries.Select(entry => entry.Text)];

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(LogRecorder log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._entries.Enqueue((logLevel, $"{category}: {formatter(state, exception)} {exception}"));
    }
}
