using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Dashboard;

/// <summary>
/// Sends what happens to every open page. Each page has a queue of <see cref="QueueEvents"/>; a page too slow for it loses its oldest
/// events and is told how many by an event <c>dropped</c>. A slow page never slows a wearable.
/// </summary>
public sealed class LiveFeed(TimeProvider time) : IDeviceListener, ITurnListener
{
    /// <summary>Events waiting for one page.</summary>
    public const int QueueEvents = 256;

    /// <summary>Most pages at once.</summary>
    public const int MaxPages = 64;

    /// <summary>An event <c>ping</c> after this long without another, so that both ends notice a dead connection.</summary>
    public static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly List<Page> _pages = [];

    /// <summary>Pages open now.</summary>
    public int Pages
    {
        get
        {
            lock (_lock)
            {
                return _pages.Count;
            }
        }
    }

    /// <summary>Opens a feed from now on; null when <see cref="MaxPages"/> are open.</summary>
    /// <param name="cancellation">The page went away or the gateway stops.</param>
    public IAsyncEnumerable<SseItem<string>>? Open(CancellationToken cancellation)
    {
        Page page = new();
        lock (_lock)
        {
            if (_pages.Count == MaxPages)
            {
                return null;
            }

            _pages.Add(page);
        }

        cancellation.Register(() => Close(page));
        return ReadAsync(page, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        if (NameOf(report.Kind) is string name && Pages > 0)
        {
            string topic = Topics.Root + report.DeviceId + "/" + PayloadReader.NameOf(report.Kind);
            Send(name, WireJson.Event(report.DeviceId, report.ReceivedAt, topic, phase: null, report.Payload, report.Message));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask OnTurnAsync(TurnReport report, CancellationToken cancellation)
    {
        if (Pages > 0)
        {
            string topic = new Topics(report.DeviceId).Turn(report.Phase);
            Send("turn", WireJson.Event(report.DeviceId, report.At, topic, report.Phase, report.Payload, report.Turn));
        }

        return ValueTask.CompletedTask;
    }

    private static string? NameOf(TopicKind kind) => kind switch
    {
        TopicKind.Status => "status",
        TopicKind.Info => "info",
        TopicKind.State => "state",
        TopicKind.Wake => "wake",
        TopicKind.Keyword => "keyword",
        TopicKind.NearMiss => "near",
        TopicKind.Speech => "speech",
        TopicKind.Button => "button",
        TopicKind.Fault => "fault",
        TopicKind.Heart => "heart",
        TopicKind.Beats => "beats",
        TopicKind.DeviceHealth => "health",
        TopicKind.Ack => "ack",
        TopicKind.ConfigReported => "config",
        _ => null,
    };

    private void Send(string name, string data)
    {
        lock (_lock)
        {
            foreach (Page page in _pages)
            {
                page.Queue.Writer.TryWrite(new SseItem<string>(data, name));
            }
        }
    }

    private void Close(Page page)
    {
        lock (_lock)
        {
            _pages.Remove(page);
        }

        page.Queue.Writer.TryComplete();
    }

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(Page page, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            // The first bytes make the browser's connection "open" before anything happens.
            yield return new SseItem<string>("{}", "ping");
            while (await WaitAsync(page, cancellation).ConfigureAwait(false) is bool more)
            {
                if (!more)
                {
                    yield return new SseItem<string>("{}", "ping");
                }

                if (page.TakeDropped() is long dropped and > 0)
                {
                    yield return new SseItem<string>($"{{\"count\":{dropped}}}", "dropped");
                }

                while (page.Queue.Reader.TryRead(out SseItem<string> item))
                {
                    yield return item;
                }
            }
        }
        finally
        {
            Close(page);
        }
    }

    // True when events wait, false when it is time for a ping, null when the feed is over.
    private async Task<bool?> WaitAsync(Page page, CancellationToken cancellation)
    {
        try
        {
            return await page.WaitAsync(PingEvery, time, cancellation).ConfigureAwait(false) ? true : null;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private sealed class Page
    {
        private long _dropped;
        private Task<bool>? _waiting;

        public Page()
        {
            BoundedChannelOptions bounds = new(QueueEvents) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
            Queue = Channel.CreateBounded<SseItem<string>>(bounds, _ => Interlocked.Increment(ref _dropped));
        }

        public Channel<SseItem<string>> Queue { get; }

        public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);

        // After a ping the same wait goes on: a second one beside it could take its signal.
        public async Task<bool> WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellation)
        {
            _waiting ??= Queue.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            bool more = await _waiting.WaitAsync(most, time, cancellation).ConfigureAwait(false);
            _waiting = null;
            return more;
        }
    }
}
