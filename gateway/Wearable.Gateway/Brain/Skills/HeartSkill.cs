using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain.Skills;

/// <summary>The pulse, now and today. No number without a believed measurement.</summary>
public sealed class HeartSkill : Skill
{
    private const string Disclaimer = "I am not a medical device.";

    /// <inheritdoc/>
    public override string Name => "heart";

    /// <inheritdoc/>
    public override string Example => "what is my heart rate";

    /// <inheritdoc/>
    public override bool Knows(Question question, SkillSession session) =>
        question.Says("heart rate", "heartrate", "heart beat", "heartbeat", "pulse", "my heart", "heart rates", "hearts rate", "hearts beat", "hard rate", "bpm", "beats per minute");

    /// <inheritdoc/>
    protected override async ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) =>
        context.Question.Says("today", "this day", "so far", "average") ? await TodayAsync(context, cancellation).ConfigureAwait(false) : Now(context.Hearts.Latest(context.DeviceId));

    private static IReadOnlyList<string> Now(HeartSample? latest) => latest switch
    {
        null => ["I have no measurement of your pulse right now."],
        { RateBpm: double rate } => [$"Your heart rate is {SpokenNumber.Words((int)Math.Round(rate))} beats per minute.", Disclaimer],
        { State: "no_contact" } => ["I can not feel your pulse.", "Please put your finger on the sensor."],
        { State: "settling" } => ["I am still measuring.", "Keep your finger still and ask me again in ten seconds."],
        { State: "motion" } => ["You are moving too much for me to feel your pulse.", "Hold still and ask me again."],
        { State: "saturated" } => ["There is too much light on the sensor."],
        { State: "sensor_error" } => ["My pulse sensor does not answer."],
        _ => ["I lost your pulse, so I will not guess a number."],
    };

    private static async Task<IReadOnlyList<string>> TodayAsync(SkillContext context, CancellationToken cancellation)
    {
        DateTimeOffset now = context.LocalNow;
        DateTimeOffset midnight = now - now.TimeOfDay;
        IReadOnlyList<HeartSample> samples = await context.Hearts.RangeAsync(context.DeviceId, midnight, now, 5000, cancellation).ConfigureAwait(false);
        double[] rates = [.. samples.Where(s => s.RateBpm is not null).Select(s => s.RateBpm!.Value)];
        if (rates.Length == 0)
        {
            return ["I have no trusted measurement of your pulse from today."];
        }

        return
        [
            $"Today your heart rate was {Word(rates.Average())} on average, between {Word(rates.Min())} and {Word(rates.Max())} beats per minute.",
            Disclaimer,
        ];
    }

    private static string Word(double rate) => SpokenNumber.Words((int)Math.Round(rate));
}
