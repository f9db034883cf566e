using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain;

/// <summary>Something the built-in brain can do.</summary>
public interface ISkill
{
    /// <summary>Name for tests and, later, for the larger model's tools.</summary>
    string Name { get; }

    /// <summary>What one may say, for the help skill; empty when it is not worth naming.</summary>
    string Example { get; }

    /// <summary>True when the question is for this skill. Skills are asked in the order of their registration.</summary>
    bool Knows(Question question, SkillSession session);

    /// <summary>The answer, sentence by sentence, written to be spoken.</summary>
    IAsyncEnumerable<string> AnswerAsync(SkillContext context, CancellationToken cancellation);
}

/// <summary>What a skill may use for one question.</summary>
/// <param name="DeviceId">The wearable that asks.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Session">What was said before.</param>
/// <param name="Time">Clock and time zone.</param>
/// <param name="Hearts">Pulses.</param>
/// <param name="Sender">The way to the wearable.</param>
public sealed record SkillContext(string DeviceId, Question Question, SkillSession Session, TimeProvider Time, IHeartHistory Hearts, IDeviceSender Sender)
{
    /// <summary>Now, where the owner lives.</summary>
    public DateTimeOffset LocalNow => Time.GetLocalNow();
}

/// <summary>What one wearable's conversation remembers between questions; memory only.</summary>
public sealed class SkillSession
{
    /// <summary>The riddle whose answer is still open; -1 for none.</summary>
    public int OpenRiddle { get; set; } = -1;

    /// <summary>Counts up, so that jokes and stories do not repeat at once.</summary>
    public int Served { get; set; }

    /// <summary>The last whole answer, for "say that again".</summary>
    public string LastAnswer { get; set; } = "";

    /// <summary>Last volume set, 0-100.</summary>
    public int VolumePercent { get; set; } = 70;
}
