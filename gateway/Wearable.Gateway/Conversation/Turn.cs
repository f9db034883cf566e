using System.Diagnostics;
using Microsoft.Extensions.AI;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Conversation;

/// <summary>
/// One turn: collect speech, find its end, make text, ask the brain, speak. The first half runs on the conversation's task, packet by
/// packet; the second (<see cref="AnswerAsync"/>) on its own, so that the inbox keeps moving while the brain thinks.
/// </summary>
public sealed class Turn : IAsyncDisposable
{
    private const int MostWordsWhenBarely = 12;
    private const int MarginMs = 240; // sound around the voiced part that speech to text gets

    private readonly string _deviceId;
    private readonly WakeClaim? _claim;
    private readonly bool _followsUp;
    private readonly WakeVerifier? _verifier;
    private readonly int _codec;
    private readonly ConversationServices _services;
    private readonly SemaphoreSlim _speaker;
    private readonly Repertoire _repertoire;
    private readonly SpeechCollector _collector;
    private readonly EndOfSpeechDetector _ears;
    private readonly Transcriber _transcriber;
    private readonly TurnClock _clock;
    private readonly Activity? _activity;
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _playing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _played = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _answer = Task.CompletedTask;
    private Task<WakeOpinion>? _opinion;
    private bool _collecting = true;
    private bool _deviceEnded;
    private int _wakeOnlyChecks;
    private long _earsBegan; // sample at which the detector was last reset
    private volatile bool _allSent; // every packet of the answer, its last included, is on its way
    private string _cancelReason = "cancelled";
    private AnswerSender? _voice;
    private bool _saidOneMoment;
    private string _heard = "";
    private string _spoken = "";

    /// <summary>Opens a turn.</summary>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="turnId">The turn.</param>
    /// <param name="claim">The wake to confirm; null when a button or follow-up opened it.</param>
    /// <param name="followsUp">Opened by sound in the window after an answer: silence there is no failure to speak of.</param>
    /// <param name="codec">Codec the device plays.</param>
    /// <param name="services">The rest of the gateway.</param>
    /// <param name="speaker">Held while this turn speaks, so that announcements wait.</param>
    /// <param name="repertoire">What this wearable was asked before.</param>
    public Turn(string deviceId, string turnId, WakeClaim? claim, bool followsUp, int codec, ConversationServices services, SemaphoreSlim speaker, Repertoire repertoire)
    {
        _deviceId = deviceId;
        Id = turnId;
        _claim = claim;
        _followsUp = followsUp;
        _verifier = claim is not null && services.WordScorer is not null ? new WakeVerifier(services.WordScorer, claim, services.Teachers) : null;
        _codec = codec;
        _services = services;
        _speaker = speaker;
        _repertoire = repertoire;
        _collector = new SpeechCollector((int)services.Settings.MaxSpeech.TotalSeconds * AudioFormat.SampleRateHz);
        _ears = new EndOfSpeechDetector(services.VoiceActivity.Open(), services.EndOfSpeech);
        _transcriber = new Transcriber(services.Listening, services.Settings.MaxTranscription);
        _clock = new TurnClock(turnId, services.Time);
        Activity? around = Activity.Current;
        _activity = ConversationTelemetry.Source.StartActivity("turn", ActivityKind.Consumer);
        _activity?.SetTag("wearable.device.id", deviceId).SetTag("wearable.turn.id", turnId).SetTag("wearable.turn.opened_by", claim?.Word ?? (followsUp ? "follow-up" : "button"));
        _activity?.SetTag("messaging.system", "mqtt").SetTag("messaging.operation.name", "process").SetTag("messaging.destination.template", Topics.Root + "{id}/evt/wake");
        Activity.Current = around; // it spans several tasks; the answer's task takes it up again
    }

    /// <summary>The turn's id.</summary>
    public string Id { get; }

    /// <summary>Whether nothing more comes of it.</summary>
    public bool IsOver => !_collecting && _answer.IsCompleted;

    /// <summary>Announces the turn.</summary>
    public Task BeginAsync() => PublishAsync(TurnPhases.Wake);

    /// <summary>Takes sound.</summary>
    public async Task OnAudioAsync(AudioChunk chunk, DateTimeOffset receivedAt)
    {
        if (!_collecting)
        {
            return; // the tail behind an end that was already found
        }

        short[] added = [.. _collector.Add(chunk, receivedAt)];
        if (_verifier is not null && _collector.Count >= _verifier.To)
        {
            _opinion ??= JudgeAsync();
        }

        if (_opinion is { IsCompletedSuccessfully: true, Result.Confirmed: false })
        {
            _collecting = false; // nobody called: the microphone goes back to sleep at once
            _answer = RejectAsync(TurnReasons.NotConfirmed);
            return;
        }

        SpeechEvents events = _ears.Hear(added);
        if (events.HasFlag(SpeechEvents.Resumed))
        {
            if (_transcriber.GuessedText is string beginning)
            {
                _repertoire.AddBeginning(QuestionIn(beginning));
            }

            _transcriber.Drop();
            _ears.SilenceMs = _services.EndOfSpeech.SilenceMs;
        }

        if (events.HasFlag(SpeechEvents.Paused))
        {
            _transcriber.Guess(Speech(), SpeechEnd);
        }

        if (events.HasFlag(SpeechEvents.Ended))
        {
            await OnEndAsync().ConfigureAwait(false);
        }
        else if (_ears.QuietMs > 0 && _transcriber.GuessedText is string heard && _repertoire.IsWhole(QuestionIn(heard)))
        {
            _ears.SilenceMs = Math.Min(_ears.SilenceMs, _services.Settings.KnownQuestionSilenceMs);
        }

        if (_collecting && (chunk.Flags & AudioPacket.Last) != 0)
        {
            _deviceEnded = true;
            Finish(_ears.SpeechStartSample < 0 ? TurnReasons.NoSpeech : "");
        }
    }

    /// <summary>The device ended the speech by itself; its last packet may have been lost.</summary>
    public void OnSpeechEndedByDevice(bool aborted)
    {
        _deviceEnded = true;
        if (aborted)
        {
            Cancel("device-gave-up");
        }
        else if (_collecting)
        {
            Finish(_ears.SpeechStartSample < 0 ? TurnReasons.NoSpeech : "");
        }
    }

    /// <summary>The device changed what it is doing.</summary>
    public async Task OnStateAsync(string mode, string turnId)
    {
        if (mode == "speaking" && (turnId == Id || turnId.Length == 0))
        {
            if (!_saidOneMoment)
            {
                _clock.Reach("audio_ms"); // else it is the sound of a filler, and when the answer began the device does not say
            }

            if (_playing.TrySetResult() && !_cancel.IsCancellationRequested)
            {
                await PublishAsync(TurnPhases.Audio).ConfigureAwait(false);
            }
        }
        else if (mode is "idle" or "listening")
        {
            if (_playing.Task.IsCompleted && _allSent)
            {
                _played.TrySetResult();
            }
            else if (_playing.Task.IsCompleted)
            {
                Cancel(TurnReasons.Stopped); // it fell silent before its answer was complete
            }
            else
            {
                Cancel("device-gave-up"); // also while it is heard: it sends no more, and that it ended may have been lost on the way
            }
        }
        else if (mode == "muted")
        {
            Cancel("muted");
        }
    }

    /// <summary>The wearer pressed the button: while sound is collected that ends the speech, later it ends the turn.</summary>
    public void OnButton()
    {
        if (!_collecting && !_answer.IsCompleted)
        {
            Cancel(TurnReasons.Stopped);
        }
    }

    /// <summary>Gives the turn up without a word and tells the wearable so.</summary>
    /// <param name="why">Reason code.</param>
    public async Task YieldAsync(string why)
    {
        if (_collecting)
        {
            _collecting = false;
            _answer = RejectAsync(why);
        }
        else if (!_answer.IsCompleted)
        {
            await TellYieldAsync().ConfigureAwait(false);
            Cancel(why);
        }
    }

    /// <summary>Ends the turn early; the first reason counts.</summary>
    public void Cancel(string reason)
    {
        if (!_cancel.IsCancellationRequested)
        {
            _cancelReason = reason;
            bool wasCollecting = _collecting;
            _collecting = false;
            _cancel.Cancel();
            if (wasCollecting)
            {
                _answer = FailAsync(reason);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Cancel("cancelled");
        await _answer.ConfigureAwait(false);
        if (_opinion is Task opinion)
        {
            await opinion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _transcriber.Drop();
        _ears.Dispose();
        _cancel.Dispose();
        _activity?.Dispose();
    }

    private async Task OnEndAsync()
    {
        if (_ears.Reason == EndReason.NoSpeech)
        {
            await StopDeviceAsync().ConfigureAwait(false);
            Finish(TurnReasons.NoSpeech);
            return;
        }

        // "Computer ..." and a breath: the word alone is no question, so keep listening.
        if (_claim is not null && _wakeOnlyChecks < 2 && await WasOnlyTheWordAsync(_claim).ConfigureAwait(false))
        {
            _wakeOnlyChecks++;
            _transcriber.Drop();
            _ears.Reset();
            _earsBegan = _collector.Count;
            return;
        }

        await StopDeviceAsync().ConfigureAwait(false);
        Finish("");
    }

    private async Task<bool> WasOnlyTheWordAsync(WakeClaim claim)
    {
        // A confirmed word ends about where the device woke. Speech to text spells a lone word badly.
        if (!ReadsWake || _opinion is { IsCompletedSuccessfully: true, Result.Confirmed: true })
        {
            return SpeechEnd <= (claim.PreRollMs + _services.Settings.WakeTailMs) * SpeechFormat.SamplesPerMs;
        }

        if (_ears.SpeechMs >= _services.Settings.WakeOnlySpeechMs)
        {
            return false;
        }

        Transcript transcript = await _transcriber.GetAsync(Speech(), SpeechEnd, _cancel.Token).ConfigureAwait(false);
        return WakePhrase.TryStrip(transcript.Text, claim.Word, claim.Certainty, out string question) && question.Length == 0;
    }

    private string QuestionIn(string transcript)
    {
        string question = transcript;
        return _claim is not null && ReadsWake && !WakePhrase.TryStrip(transcript, _claim.Word, 1, out question) ? WakePhrase.BehindFirstPause(transcript) : question;
    }

    private ValueTask StopDeviceAsync() => _deviceEnded ? ValueTask.CompletedTask : _services.Sender.SendCommandAsync(_deviceId, CommandNames.Stop, new CommandMessage { TurnId = Id });

    // From here on no sound is wanted; the rest of the turn is a task of its own.
    private void Finish(string failure)
    {
        _collecting = false;
        if (_ears.SpeechEndSample >= 0)
        {
            _clock.EndOfSpeechWas(_collector.TimeOf(SpeechEnd));
            _clock.Reach("end_ms");
        }

        _answer = AnswerAsync(failure);
    }

    private long SpeechEnd => _earsBegan + _ears.SpeechEndSample;

    // An English wake word can be read only by ears that write English; others get what was said behind it.
    private bool ReadsWake => _services.Listening.Language == "en";

    // With a wake word all from the pre-roll on, so that it can be confirmed; else from a little before the first voiced sound.
    private short[] Speech() => _collector.Copy(
        _claim is not null ? ReadsWake ? 0 : _claim.PreRollMs * SpeechFormat.SamplesPerMs : _earsBegan + _ears.SpeechStartSample - (MarginMs * SpeechFormat.SamplesPerMs),
        SpeechEnd + (MarginMs * SpeechFormat.SamplesPerMs));

    private Task<WakeOpinion> JudgeAsync() => _verifier!.JudgeAsync(_collector.Copy(_verifier.From, _verifier.To), _cancel.Token);

    // True and false: the second opinion. Null: there is none, the transcript must do.
    private async Task<bool?> ConfirmAsync()
    {
        if (_claim is null)
        {
            return true;
        }

        if (_verifier is null)
        {
            return null;
        }

        try
        {
            _opinion ??= JudgeAsync();
            return (await _opinion.ConfigureAwait(false)).Confirmed;
        }
        catch (InvalidOperationException e)
        {
            _services.Log.LogWarning("turn {Turn}: no second opinion on the wake word: {Reason}", Id, e.Message);
            return null;
        }
    }

    private async Task AnswerAsync(string failure)
    {
        Activity.Current = _activity; // the brain's spans stand below it
        try
        {
            await PublishAsync(TurnPhases.Speech).ConfigureAwait(false);
            bool? confirmed = await ConfirmAsync().ConfigureAwait(false);
            if (confirmed == false)
            {
                await RejectAsync(TurnReasons.NotConfirmed).ConfigureAwait(false);
                return;
            }

            // Barely confirmed, and nothing said after it: nobody is told that I am here.
            bool barely = confirmed == true && _opinion is { IsCompletedSuccessfully: true, Result.Barely: true };
            if (failure.Length > 0)
            {
                await (barely ? RejectAsync(TurnReasons.NotConfirmed) : SayAndFailAsync(failure)).ConfigureAwait(false);
                return;
            }

            Transcript transcript = await HearOutAsync(mayTell: confirmed == true && !barely).ConfigureAwait(false);
            _heard = transcript.Text;
            if (transcript.Outcome != TranscriptOutcome.Text)
            {
                await (barely ? RejectAsync(TurnReasons.NotConfirmed) : SayAndFailAsync(WhyNoText(transcript.Outcome))).ConfigureAwait(false);
                return;
            }

            string question = transcript.Text;
            // Without a second opinion, and in a text where the word can not stand, the device is believed.
            if (_claim is not null && ReadsWake && !WakePhrase.TryStrip(transcript.Text, _claim.Word, confirmed == true && !barely ? 1 : _claim.Certainty, out question))
            {
                question = confirmed is null ? question : WakePhrase.BehindFirstPause(transcript.Text);
                if (confirmed is null || (barely && !IsKnownAndShort(question)))
                {
                    await RejectAsync(TurnReasons.NotConfirmed).ConfigureAwait(false);
                    return;
                }
            }

            if (_claim is not null)
            {
                ConversationTelemetry.Count(_claim, "confirmed");
            }

            _clock.Reach("text_ms");
            _clock.Message.Heard = Printable(transcript.Text);
            await PublishAsync(TurnPhases.Verified).ConfigureAwait(false);
            await PublishAsync(TurnPhases.Text).ConfigureAwait(false);
            if (question.Length == 0)
            {
                await SayAndFailAsync("no-question").ConfigureAwait(false);
                return;
            }

            if (StopPhrase.Matches(question))
            {
                await TellYieldAsync().ConfigureAwait(false);
                await EndAsync(followUp: false).ConfigureAwait(false);
                return;
            }

            _repertoire.AddWhole(question);
            await SpeakAnswerAsync(question).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            await FailAsync(_cancelReason).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _services.Log.LogError(e, "turn {Turn} of {Device} failed", Id, _deviceId);
            await SayAndFailAsync("gateway-fault").ConfigureAwait(false);
        }
    }

    // A question that a skill knows was hardly said by chance.
    // What is asked of a wearable is short; a skill's phrase somewhere in a long talk speaks for nothing.
    private bool IsKnownAndShort(string question) =>
        new Question(question).Words.Count <= MostWordsWhenBarely && _services.Brain.GetService<SkillsChatClient>()?.SkillFor(question, _deviceId) is not null;

    private async Task SpeakAnswerAsync(string question)
    {
        SafetyVerdict verdict = _services.Safety.CheckHeard(_deviceId, question);
        _clock.Message.Safety = verdict.Code;
        IAsyncEnumerable<string> sentences = verdict.Allows ? ThinkAsync(question) : Once(verdict.Reply);
        await _speaker.WaitAsync(_cancel.Token).ConfigureAwait(false);
        try
        {
            await SpeakAllAsync(sentences).ConfigureAwait(false);
        }
        finally
        {
            _speaker.Release();
        }
    }

    // The brain's sentences; a brain that fails or is too slow is replaced by one honest sentence.
    private async IAsyncEnumerable<string> ThinkAsync(string question)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token);
        patience.CancelAfter(_services.Settings.MaxThinking);
        ChatOptions options = BrainContext.Options(_deviceId, Id);
        // The policy goes before every question, so that a long conversation does not wear it off; what was heard is data and never near it.
        ChatMessage[] messages = [new(ChatRole.System, _services.Safety.PolicyFor(_deviceId)), new(ChatRole.User, SpokenData.Of(question))];
        IAsyncEnumerable<ChatResponseUpdate> updates = _services.Brain.GetStreamingResponseAsync(messages, options, patience.Token);
        await using IAsyncEnumerator<string> sentences = SentenceSplitter.SplitAsync(updates, patience.Token).GetAsyncEnumerator(patience.Token);
        bool any = false;
        while (true)
        {
            string? next;
            try
            {
                next = await sentences.MoveNextAsync().ConfigureAwait(false) ? sentences.Current : null;
                patience.CancelAfter(_services.Settings.MaxThinking);
            }
            catch (Exception e) when (!_cancel.IsCancellationRequested)
            {
                _services.Log.LogWarning("brain failed in turn {Turn}: {Reason}", Id, e.Message);
                next = any ? _services.Sayings.LostThought : _services.Sayings.CannotThink;
                _clock.Message.Why = "brain-failed";
            }

            if (next is null)
            {
                yield break;
            }

            any = true;
            yield return next;
            if (_clock.Message.Why.Length > 0)
            {
                yield break;
            }
        }
    }

    private async Task SpeakAllAsync(IAsyncEnumerable<string> sentences)
    {
        AnswerSender sender = Voice;
        short[] gap = new short[(int)_services.Settings.SentenceGap.TotalMilliseconds * SpeechFormat.SamplesPerMs];
        bool first = true;
        await using IAsyncEnumerator<string> source = sentences.GetAsyncEnumerator();
        while (await NextAsync(source, first && !_saidOneMoment ? null : sender).ConfigureAwait(false))
        {
            string sentence = source.Current;
            SafetyVerdict verdict = _services.Safety.CheckAnswer(_deviceId, sentence);
            string said = verdict.Allows ? sentence : verdict.Reply;
            if (first)
            {
                _clock.Reach("answer_ms");
                await PublishAsync(TurnPhases.Answer).ConfigureAwait(false);
            }

            _spoken += _spoken.Length == 0 ? said : " " + said;
            SpokenText spoken = await _services.Speaking.SpeakAsync(said, cancellation: _cancel.Token).ConfigureAwait(false);
            if (spoken.Outcome == SpokenOutcome.Spoken)
            {
                _clock.Reach("speech_ms");
                await sender.SendAsync(first ? spoken.Samples : [.. gap, .. spoken.Samples], _cancel.Token).ConfigureAwait(false);
                first = false;
            }

            if (!verdict.Allows)
            {
                _clock.Message.Safety = verdict.Code;
                break;
            }

            if (sender.SentMs > _services.Settings.MaxAnswer.TotalMilliseconds)
            {
                break;
            }
        }

        if (first)
        {
            await FailAsync("no-answer").ConfigureAwait(false);
            return;
        }

        _allSent = true; // the device may be done with the last packet before the next line returns
        await sender.EndAsync(_cancel.Token).ConfigureAwait(false);
        await AwaitPlaybackAsync(sender).ConfigureAwait(false);
    }

    // A device that hears nothing for 3 s gives the answer up. A brain may need longer for its next sentence: a moment of silence says that it lives.
    private async Task<bool> NextAsync(IAsyncEnumerator<string> sentences, AnswerSender? sender)
    {
        Task<bool> next = sentences.MoveNextAsync().AsTask();
        if (sender is not null)
        {
            await StayAliveAsync(next, sender).ConfigureAwait(false);
        }

        return await next.ConfigureAwait(false);
    }

    private async Task StayAliveAsync(Task until, AnswerSender sender)
    {
        while (!until.IsCompleted)
        {
            await Task.WhenAny(until, Task.Delay(_services.Settings.SilenceEvery, _services.Time)).ConfigureAwait(false);
            if (!until.IsCompleted && !_cancel.IsCancellationRequested)
            {
                await sender.SendAsync(new short[AudioFormat.PacketSamples], CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // One stream of sound for the whole turn: at a first packet the device drops what it has not played yet.
    private AnswerSender Voice => _voice ??= new AnswerSender(_services.Sender, _deviceId, _codec, _services.Settings, _services.Time);

    // The words. Where many speak at once they are long in coming: who hears nothing asks again, and makes it worse.
    private async Task<Transcript> HearOutAsync(bool mayTell)
    {
        Task<Transcript> words = _transcriber.GetAsync(Speech(), SpeechEnd, _cancel.Token);
        if (mayTell)
        {
            await Task.WhenAny(words, Task.Delay(_services.Settings.OneMomentAfter, _services.Time)).ConfigureAwait(false);
        }

        if (mayTell && !words.IsCompleted && !_cancel.IsCancellationRequested)
        {
            SpokenText spoken = await _services.Speaking.SpeakAsync(_services.Sayings.OneMoment, cancellation: _cancel.Token).ConfigureAwait(false);
            if (spoken.Outcome == SpokenOutcome.Spoken && !words.IsCompleted)
            {
                _saidOneMoment = true;
                await Voice.SendAsync(spoken.Samples, _cancel.Token).ConfigureAwait(false);
                await StayAliveAsync(words, Voice).ConfigureAwait(false);
            }
        }

        return await words.ConfigureAwait(false);
    }

    private static string WhyNoText(TranscriptOutcome outcome) => outcome switch
    {
        TranscriptOutcome.Failed => "not-transcribed",
        TranscriptOutcome.Busy => TurnReasons.Busy,
        _ => "nothing-heard",
    };

    private async Task AwaitPlaybackAsync(AnswerSender sender)
    {
        _clock.Message.Answer = Printable(_spoken);
        try
        {
            await _playing.Task.WaitAsync(_services.Settings.MaxToPlay, _services.Time, _cancel.Token).ConfigureAwait(false);
            TimeSpan left = sender.PlayedBy - _services.Time.GetUtcNow() + _services.Settings.MaxToPlay;
            await _played.Task.WaitAsync(left > TimeSpan.Zero ? left : _services.Settings.MaxToPlay, _services.Time, _cancel.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await FailAsync(_playing.Task.IsCompleted ? "playback-not-finished" : "not-played").ConfigureAwait(false);
            return;
        }

        await EndAsync(followUp: true).ConfigureAwait(false);
    }

    private async Task EndAsync(bool followUp)
    {
        _clock.Reach("done_ms");
        await PublishAsync(TurnPhases.Done).ConfigureAwait(false);
        if (followUp && _services.Settings.FollowUp > TimeSpan.Zero)
        {
            // Half duplex: the device has said that the last sample was played, so it does not hear itself.
            await _services.Sender.SendCommandAsync(
                _deviceId, CommandNames.Listen, new CommandMessage { TurnId = FollowUpId.After(Id), HasDuration = true, DurationMs = (int)_services.Settings.FollowUp.TotalMilliseconds }).ConfigureAwait(false);
        }

        Tell(TurnPhases.Done, "");
    }

    private ValueTask TellYieldAsync() => _services.Sender.SendCommandAsync(_deviceId, CommandNames.Yield, new CommandMessage { TurnId = Id });

    private async Task RejectAsync(string why)
    {
        _clock.Message.Why = why;
        if (_claim is not null)
        {
            ConversationTelemetry.Count(_claim, why == TurnReasons.NotConfirmed ? "rejected" : why);
        }

        if (why == TurnReasons.NotConfirmed && _opinion is { IsCompletedSuccessfully: true } opinion)
        {
            _services.Log.LogInformation(
                "turn {Turn} of {Device}: wake not confirmed: device score {Score}, log probability of the word {LogProbability:0.0}", Id, _deviceId, _claim!.Score, opinion.Result.LogProbability);
        }

        await TellYieldAsync().ConfigureAwait(false);
        await PublishAsync(TurnPhases.Rejected).ConfigureAwait(false);
        Tell(TurnPhases.Rejected, why);
    }

    // The person gets one short honest sentence; the turn still counts as failed.
    private async Task SayAndFailAsync(string reason)
    {
        if (_followsUp && reason is (TurnReasons.NoSpeech or "nothing-heard"))
        {
            await TellYieldAsync().ConfigureAwait(false);
            await FailAsync(reason).ConfigureAwait(false);
            return;
        }

        try
        {
            SpokenText spoken = await _services.Speaking.SpeakAsync(Apology(reason), cancellation: _cancel.Token).ConfigureAwait(false);
            if (spoken.Outcome == SpokenOutcome.Spoken)
            {
                _voice = _allSent ? null : _voice; // behind its last packet a stream takes no more
                await Voice.SendAsync(spoken.Samples, _cancel.Token).ConfigureAwait(false);
                await Voice.EndAsync(_cancel.Token).ConfigureAwait(false);
            }
            else
            {
                await TellYieldAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            reason = _cancelReason;
        }

        await FailAsync(reason).ConfigureAwait(false);
    }

    private string Apology(string reason) => reason switch
    {
        TurnReasons.NoSpeech or "no-question" => _services.Sayings.AskMe,
        "gateway-fault" => _services.Sayings.Fault,
        TurnReasons.Busy => _services.Sayings.Busy,
        _ => _services.Sayings.NotCaught,
    };

    private async Task FailAsync(string reason)
    {
        _clock.Message.Why = reason;
        await PublishAsync(TurnPhases.Failed).ConfigureAwait(false);
        Tell(TurnPhases.Failed, reason);
    }

    private void Tell(string outcome, string why)
    {
        _activity?.SetTag("wearable.turn.outcome", outcome).SetTag("wearable.turn.reason", why);
        _activity?.SetStatus(outcome == TurnPhases.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
        _activity?.Stop();
        TurnRecord record = new(_deviceId, Id, outcome, why, _heard, _spoken, _clock.Stages);
        ConversationTelemetry.Count(record);
        foreach (ITurnObserver observer in _services.Observers)
        {
            observer.OnTurnEnded(record);
        }
    }

    private async Task PublishAsync(string phase)
    {
        _activity?.AddEvent(new ActivityEvent(phase));
        await _services.Sender.PublishTurnAsync(_deviceId, phase, _clock.Message).ConfigureAwait(false);
    }

    private static async IAsyncEnumerable<string> Once(string sentence)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return sentence;
    }

    private static string Printable(string text) => string.Concat(text.Where(c => !char.IsControl(c)));
}
