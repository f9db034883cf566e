using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain.Skills;

/// <summary>
/// A breathing exercise paced by the measured pulse: in for four beats, out for six, so that breathing slows with the heart. Without a
/// trusted pulse it counts seconds and says so.
/// </summary>
public sealed class BreathingSkill : Skill
{
    private const int InBeats = 4, OutBeats = 6, Breaths = 3;

    /// <inheritdoc/>
    public override string Name => "breathing";

    /// <inheritdoc/>
    public override string Example => "breathe with me";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("breathe", "breathing", "breath", "calm down", "calm me", "relax", "relaxation");

    /// <inheritdoc/>
    protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
    {
        HeartSample? latest = context.Hearts.Latest(context.DeviceId);
        double beatSeconds = latest?.RateBpm is double rate ? 60 / rate : 1;
        List<string> sentences =
        [
            latest?.RateBpm is null
                ? "I can not feel your pulse, so I will count calm seconds."
                : "I will follow your pulse.",
        ];
        for (int i = 0; i < Breaths; i++)
        {
            sentences.Add($"Breathe in, for {Seconds(InBeats * beatSeconds)}.");
            sentences.Add($"And out, for {Seconds(OutBeats * beatSeconds)}.");
        }

        sentences.Add("Well done.");
        return new(sentences);
    }

    private static string Seconds(double seconds) => SpokenNumber.Words(Math.Max(2, (int)Math.Round(seconds))) + " seconds";
}
