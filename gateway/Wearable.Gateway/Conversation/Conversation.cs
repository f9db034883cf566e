using System.Threading.Channels;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// The conversation with one wearable: one task reads its inbox, so nothing here is shared. At most one turn lives; a new wake cancels it.
/// </summary>
public sealed class Conversation : IAsyncDisposable
{
    // 15 s of sound are 250 packets; the ingest waits when the conversation is slower than that.
    private const int InboxCapacity = 512;
    private const int TurnsKnown = 8;
    private static readonly TimeSpan AnnouncementPatience = TimeSpan.FromMinutes(1);

    private readonly string _deviceId;
    private readonly ConversationServices _services;
    private readonly WakeArbiter? _arbiter;
    private readonly Channel<DeviceReport> _inbox = Channel.CreateBounded<DeviceReport>(new BoundedChannelOptions(InboxCapacity) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _speaker = new(1, 1);
    private readonly Repertoire _repertoire = new();
    private readonly Queue<string> _known = new(TurnsKnown); // the last turns; what a wearable repeats of them after a broken connection is no news
    private readonly Task _loop;
    private Turn? _turn;
    private int _codec = AudioCodec.Pcm16At16k;
    private volatile bool _online;
    private bool _mayBeOrphan;

    /// <summary>Starts listening to one wearable.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="services">The rest of the gateway.</param>
    /// <param name="arbiter">Shared by all conversations: who answers when several hear one word; null: every wearable for itself.</param>
    /// <param name="takesOver">Whether another gateway may have left a turn in the middle: the wearable then says so with its first state.</param>
    public Conversation(string deviceId, ConversationServices services, WakeArbiter? arbiter, bool takesOver = false)
    {
        _mayBeOrphan = takesOver;
        _deviceId = deviceId;
        _services = services;
        _arbiter = arbiter;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Whether a turn is under way.</summary>
    public bool IsBusy => _turn is { IsOver: false } || _speaker.CurrentCount == 0;

    /// <summary>Takes one message; waits while the inbox is full. What comes after the end is not heard.</summary>
    public async ValueTask TakeAsync(DeviceReport report, CancellationToken cancellation)
    {
        try
        {
            await _inbox.Writer.WriteAsync(report, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            _services.Log.LogDebug("{Kind} of {Device} came while the gateway stops", report.Kind, _deviceId);
        }
    }

    /// <summary>Says something unasked once no turn is under way; the safety gate judges it like an answer. False when nothing was said.</summary>
    public async Task<bool> AnnounceAsync(string text, CancellationToken cancellation)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        if (!_online || !await _speaker.WaitAsync(AnnouncementPatience, linked.Token).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            // Nobody asked for it, so what the gate refuses is not said, and no other sentence instead of it.
            if (!_services.Safety.CheckAnswer(_deviceId, text).Allows)
            {
                return false;
            }

            Speech.SpokenText spoken = await _services.Speaking.SpeakAsync(text, cancellation: linked.Token).ConfigureAwait(false);
            if (spoken.Outcome != Speech.SpokenOutcome.Spoken || !_online)
            {
                return false;
            }

            AnswerSender sender = new(_services.Sender, _deviceId, _codec, _services.Settings, _services.Time);
            await sender.SendAsync(spoken.Samples, linked.Token).ConfigureAwait(false);
            await sender.EndAsync(linked.Token).ConfigureAwait(false);
            TimeSpan left = sender.PlayedBy - _services.Time.GetUtcNow();
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _services.Time, linked.Token).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _speaker.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        if (_turn is not null)
        {
            await _turn.DisposeAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
        _speaker.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (DeviceReport report in _inbox.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                await HearAsync(report).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task HearAsync(DeviceReport report)
    {
        try
        {
            switch (report.Message)
            {
                case WakeMessage wake:
                    await OnWakeAsync(wake, report.ReceivedAt).ConfigureAwait(false);
                    break;
                case SpeechMessage { What: SpeechMessage.Start, Why: SpeechMessage.ByFollowUp } followUp:
                    await BeginAsync(followUp.TurnId, null, followsUp: true).ConfigureAwait(false);
                    break;
                case SpeechMessage { What: SpeechMessage.End } end when _turn is not null && _turn.Id == end.TurnId:
                    _turn.OnSpeechEndedByDevice(end.Why == SpeechMessage.ByAbort);
                    break;
                case WakeLost lost when _turn is not null && _turn.Id == lost.TurnId:
                    await _turn.YieldAsync(TurnReasons.LouderElsewhere).ConfigureAwait(false);
                    break;
                case OccurrenceMessage when report.Kind == TopicKind.Button:
                    _turn?.OnButton();
                    break;
                case AudioChunk chunk when _turn is not null:
                    await _turn.OnAudioAsync(chunk, report.ReceivedAt).ConfigureAwait(false);
                    break;
                case StateMessage state:
                    _online = true;
                    if (IsLost(state))
                    {
                        await SayItWasLostAsync(state.TurnId).ConfigureAwait(false);
                    }

                    _mayBeOrphan = false;
                    if (_turn is not null)
                    {
                        await _turn.OnStateAsync(StateMessage.Modes[state.Mode], state.TurnId).ConfigureAwait(false);
                    }

                    break;
                case StatusReport status:
                    _online = status.Online;
                    if (!status.Online)
                    {
                        _turn?.Cancel("device-gone");
                    }

                    break;
                case InfoMessage info:
                    _codec = Array.Find(info.Codecs, AudioCodec.IsSupported); // codec 0 when the list has none of ours
                    break;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            _services.Log.LogError(e, "conversation with {Device} failed at {Kind}", _deviceId, report.Kind);
            _turn?.Cancel("gateway-fault");
        }
    }

    // A wearable waits for the answer of a turn that nobody holds: the gateway that held it is gone, or its wake was lost on the way. The sound of an
    // announcement may bear the id of a window for a further question, so a speaking wearable is believed only where a turn was left.
    private bool IsLost(StateMessage state) => state.TurnId.Length > 0 && !_known.Contains(state.TurnId)
        && StateMessage.Modes[state.Mode] is string mode && (mode is "streaming" or "thinking" || (_mayBeOrphan && mode is "speaking"));

    // What was heard is gone. The wearer is told, rather than left waiting.
    private async Task SayItWasLostAsync(string turnId)
    {
        Know(turnId);
        _turn?.Cancel(TurnReasons.Interrupted);
        await _services.Sender.SendCommandAsync(_deviceId, CommandNames.Stop, new CommandMessage { TurnId = turnId }, _stopping.Token).ConfigureAwait(false);
        await _services.Sender.PublishTurnAsync(_deviceId, TurnPhases.Failed, new TurnMessage { TurnId = turnId, Why = TurnReasons.GatewayLost }, _stopping.Token).ConfigureAwait(false);
        await AnnounceAsync(_services.Sayings.LostThread, _stopping.Token).ConfigureAwait(false);
    }

    private async Task OnWakeAsync(WakeMessage wake, DateTimeOffset at)
    {
        WakeClaim? claim = WakeClaim.Of(wake);
        await BeginAsync(wake.TurnId, claim, followsUp: false).ConfigureAwait(false);
        if (claim is not null && _arbiter?.Enter(_deviceId, claim.Word, wake.LevelDb, at, () => Lose(wake.TurnId)) == false)
        {
            await _turn!.YieldAsync(TurnReasons.LouderElsewhere).ConfigureAwait(false);
        }
    }

    // Called by the conversation of the wearable that heard it louder; the turn belongs to this one's task.
    private void Lose(string turnId)
    {
        if (!_inbox.Writer.TryWrite(new DeviceReport(_deviceId, TopicKind.None, new WakeLost(turnId), _services.Time.GetUtcNow(), default)))
        {
            _services.Log.LogWarning("turn {Turn} of {Device} goes on beside a louder one: its inbox is full", turnId, _deviceId);
        }
    }

    private async Task BeginAsync(string turnId, WakeClaim? claim, bool followsUp)
    {
        if (_turn is not null)
        {
            _turn.Cancel(TurnReasons.Interrupted);
            await _turn.DisposeAsync().ConfigureAwait(false);
        }

        Know(turnId);
        _turn = new Turn(_deviceId, turnId, claim, followsUp, _codec, _services, _speaker, _repertoire);
        await _turn.BeginAsync().ConfigureAwait(false);
    }

    private void Know(string turnId)
    {
        if (_known.Count == TurnsKnown)
        {
            _known.Dequeue();
        }

        _known.Enqueue(turnId);
    }

    private sealed record WakeLost(string TurnId);
}
