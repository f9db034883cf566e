using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Safety;

/// <summary>A gate that fails closed: when the inner one throws, one sentence is said and nothing passes. Logs codes, never words.</summary>
public sealed class ClosedGate(ISafetyGate inner, ILogger<ClosedGate> log) : ISafetyGate, IForgets
{
    /// <summary>Code of a gate that could not judge.</summary>
    public const string Fault = "gate-fault";

    private const string FaultReply = "I can not answer that right now. Let us try something else.";
    private const string FaultReplyChinese = "这个我现在答不了，我们换一个吧。";

    /// <inheritdoc/>
    public SafetyVerdict CheckHeard(string deviceId, string text) => Check(deviceId, "heard", text, inner.CheckHeard);

    /// <inheritdoc/>
    public SafetyVerdict CheckAnswer(string deviceId, string sentence) =>
        sentence is FaultReply or FaultReplyChinese ? SafetyVerdict.Ok : Check(deviceId, "answer", sentence, inner.CheckAnswer);

    /// <inheritdoc/>
    public string PolicyFor(string deviceId) => inner.PolicyFor(deviceId);

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string deviceId) => inner is IForgets holder ? holder.ForgetAsync(deviceId) : ValueTask.CompletedTask;

    private SafetyVerdict Check(string deviceId, string where, string text, Func<string, string, SafetyVerdict> check)
    {
        try
        {
            SafetyVerdict verdict = check(deviceId, text);
            if (!verdict.Allows)
            {
                log.LogInformation("safety of {Device}: {Where} {Code}", deviceId, where, verdict.Code);
            }

            return verdict;
        }
        catch (Exception e)
        {
            // The type only: a message could quote what was said.
            log.LogError("safety of {Device}: {Where} refused, the gate failed with {Type}", deviceId, where, e.GetType().Name);
            return new SafetyVerdict(Fault, text.Any(PlainText.IsHan) ? FaultReplyChinese : FaultReply);
        }
    }
}
