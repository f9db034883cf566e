namespace Wearable.Gateway.Safety;

/// <summary>What the gate says about one text.</summary>
/// <param name="Code"><c>ok</c>, or the topic or limit that spoke; never words of the person.</param>
/// <param name="Reply">What is said instead; empty when ok.</param>
public sealed record SafetyVerdict(string Code, string Reply)
{
    /// <summary>Nothing to object to.</summary>
    public static readonly SafetyVerdict Ok = new("ok", "");

    /// <summary>True when the text may pass.</summary>
    public bool Allows => Code == "ok";
}

/// <summary>
/// Judges what was heard before the brain sees it and every sentence before it is spoken. Outside any model, so no model can be talked
/// around it.
/// </summary>
public interface ISafetyGate
{
    /// <summary>Judges what a person said; opens a turn.</summary>
    SafetyVerdict CheckHeard(string deviceId, string text);

    /// <summary>Judges one sentence of the turn's answer.</summary>
    SafetyVerdict CheckAnswer(string deviceId, string sentence);

    /// <summary>What a model is told before every question of this wearable. Advice only: the gate does not trust that it is followed.</summary>
    string PolicyFor(string deviceId);
}
