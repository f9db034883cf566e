using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

public sealed class SamplerTests
{
    private static readonly HashSet<int> None = [];

    [Fact]
    public void Without_temperature_the_best_token_is_taken() => Assert.Equal(2, new Sampler(new SamplerSettings { Temperature = 0 }).Choose([1, 2, 5, 3], None));

    [Fact]
    public void Same_seed_gives_the_same_choices()
    {
        int[] Choices(long seed)
        {
            Sampler sampler = new(new SamplerSettings { Temperature = 1, TopP = 1, TopK = 0, Seed = seed });
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Choose([1, 1.1f, 0.9f, 1], None))];
        }

        Assert.Equal(Choices(1), Choices(1));
        Assert.NotEqual(Choices(1), Choices(2));
    }

    [Fact]
    public void Only_the_k_best_are_chosen_among()
    {
        Assert.Equal([1, 3], Chosen(new SamplerSettings { Temperature = 5, TopP = 1, TopK = 2, Seed = 1, RepetitionPenalty = 1 }, [1, 4, 2, 3]));
    }

    [Fact]
    public void Only_the_nucleus_is_chosen_among()
    {
        // Probabilities 0.6, 0.3, 0.1: the first two reach 0.8.
        float[] logits = [MathF.Log(0.1f), MathF.Log(0.6f), MathF.Log(0.3f)];
        Assert.Equal([1, 2], Chosen(new SamplerSettings { Temperature = 1, TopP = 0.8f, TopK = 0, Seed = 1, RepetitionPenalty = 1 }, logits));
    }

    [Fact]
    public void Choices_follow_the_probabilities()
    {
        Sampler sampler = new(new SamplerSettings { Temperature = 1, TopP = 1, TopK = 0, Seed = 1, RepetitionPenalty = 1 });
        int second = Enumerable.Range(0, 4000).Count(_ => sampler.Choose([MathF.Log(0.25f), MathF.Log(0.75f)], None) == 1);
        Assert.InRange(second, 2890, 3110); // 3000 within four standard deviations
    }

    [Fact]
    public void Tokens_seen_before_are_penalised_on_both_sides_of_zero()
    {
        Sampler sampler = new(new SamplerSettings { Temperature = 0, RepetitionPenalty = 2 });
        Assert.Equal(1, sampler.Choose([4, 3], new HashSet<int> { 0 }));
        Assert.Equal(1, sampler.Choose([-2, -3], new HashSet<int> { 0 }));
    }

    private static int[] Chosen(SamplerSettings settings, float[] logits)
    {
        Sampler sampler = new(settings);
        return [.. Enumerable.Range(0, 500).Select(_ => sampler.Choose([.. logits], None)).Distinct().Order()];
    }
}
