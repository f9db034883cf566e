using System.Collections.Concurrent;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Safety;

/// <summary>
/// Rules by age band, in English and Chinese, a classifier beside them for what is asked in other words, with what one sentence alone does not show: repeated probes, asking again for what was refused,
/// the length of the conversation and the time of day. Help at self-harm is given at any time.
/// </summary>
public sealed class SafetyGate : ISafetyGate, IForgets
{
    /// <summary>Code of the rule whose reply is a help script.</summary>
    public const string SelfHarm = "self-harm";

    private const int MaxChars = 2000;
    private const int MaxSessions = 1024;
    private static readonly Lazy<SafetyRules> BuiltIn = new(() => new SafetyRules(RuleFile.LoadBuiltIn()));
    private static readonly Lazy<TextClassifier> BuiltInClassifier = new(TextClassifier.LoadBuiltIn);

    private readonly SafetyRules _rules;
    private readonly TextClassifier? _classifier;
    private readonly SafetySettings _settings;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, SafetySession> _sessions = new();

    /// <summary>The built-in rules and the built-in classifier.</summary>
    public SafetyGate(SafetySettings settings, TimeProvider time)
        : this(BuiltIn.Value, settings, time, BuiltInClassifier.Value)
    {
    }

    /// <summary>Rules and a classifier of one's own; without one the rules are alone.</summary>
    public SafetyGate(SafetyRules rules, SafetySettings settings, TimeProvider time, TextClassifier? classifier = null)
    {
        _classifier = classifier;
        _rules = rules;
        _settings = settings;
        _time = time;
    }

    /// <inheritdoc/>
    public SafetyVerdict CheckHeard(string deviceId, string text)
    {
        DeviceSafety device = _settings.Of(deviceId);
        SafetySession session = SessionOf(deviceId);
        lock (session)
        {
            session.Chinese = text.Any(PlainText.IsHan);
            bool mayTalk = session.Begin(_time.GetUtcNow(), device.SessionMinutes);
            if (text.Length > MaxChars)
            {
                return Verdict("too-long", device, session.Chinese);
            }

            string? topic = _rules.TopicOf(text, device.Band, isAnswer: false, session.IsTightened);
            if (topic is null && session.RecentTopic is not null && _rules.IsFollowUp(text))
            {
                topic = session.RecentTopic;
            }

            topic ??= InOtherWords(text, device.Band);

            if (topic is not null)
            {
                session.Refused(topic);
            }

            // Whoever needs help gets it also at night.
            string? code = topic == SelfHarm ? topic : device.IsQuietAt(TimeOnly.FromDateTime(_time.GetLocalNow().DateTime)) ? "quiet-hours" : mayTalk ? topic : "session-time";
            return code is null ? SafetyVerdict.Ok : Verdict(code, device, session.Chinese);
        }
    }

    /// <inheritdoc/>
    public SafetyVerdict CheckAnswer(string deviceId, string sentence)
    {
        DeviceSafety device = _settings.Of(deviceId);
        if (IsOurs(sentence, device))
        {
            return SafetyVerdict.Ok;
        }

        SafetySession session = SessionOf(deviceId);
        lock (session)
        {
            if (sentence.Length > MaxChars)
            {
                return Verdict("too-long", device, session.Chinese);
            }

            // Also together with what was just said: a model may spread over two sentences what one must not say.
            string? topic = _rules.TopicOf(sentence, device.Band, isAnswer: true, session.IsTightened)
                ?? (session.Tail.Length > 0 ? _rules.TopicOf(session.Tail + " " + sentence, device.Band, isAnswer: true, session.IsTightened) : null);
            if (topic is null)
            {
                session.Spoke(sentence);
                return SafetyVerdict.Ok;
            }

            session.Refused(topic);
            return Verdict(topic, device, session.Chinese);
        }
    }

    /// <inheritdoc/>
    public string PolicyFor(string deviceId) => _rules.PolicyFor(_settings.Of(deviceId).Band);

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId)
    {
        _sessions.TryRemove(deviceId, out _);
        return _settings.ForgetAsync(deviceId);
    }

    // The classifier learned from what children say; of older people it judges only what can not wait.
    private string? InOtherWords(string text, AgeBand band)
    {
        if (_classifier is null)
        {
            return null;
        }

        (double refuse, string topic) = _classifier.Judge(_rules.PlainOf(text));
        return refuse >= TextClassifier.Certain && (band <= AgeBand.From8To12 || topic == SelfHarm) ? topic : null;
    }

    // The gate's own sentences name what they refuse; they, letter by letter, may always be said.
    private bool IsOurs(string sentence, DeviceSafety device) =>
        _rules.Replies.Any(r => r.En == sentence || r.Zh == sentence)
        || (device.Helpline.Length > 0 && (sentence == Verdict(SelfHarm, device, chinese: false).Reply || sentence == Verdict(SelfHarm, device, chinese: true).Reply));

    private SafetyVerdict Verdict(string code, DeviceSafety device, bool chinese)
    {
        string reply = _rules.ReplyTo(code).In(chinese);
        return new SafetyVerdict(code, code == SelfHarm && device.Helpline.Length > 0 ? reply + " " + device.Helpline : reply);
    }

    private SafetySession SessionOf(string deviceId)
    {
        if (_sessions.Count >= MaxSessions && !_sessions.ContainsKey(deviceId))
        {
            _sessions.Clear(); // more devices than a gateway has: counts begin again, the rules hold
        }

        return _sessions.GetOrAdd(deviceId, _ => new SafetySession());
    }
}
