using System.Numerics.Tensors;
using Wearable.Gateway.Brain.Llm;
using Wearable.Gateway.Tests.Brain.Llm.Graphs;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>The decoder loop on the real runtime against plain loops, token for token.</summary>
public sealed class DecoderModelTests : IDisposable
{
    private static readonly int[] Prompt = [3, 141, 59, 26, 5, 35, 89, 79, 32, 38, 46];
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-llm-").FullName;

    public static TheoryData<string, string, bool> Layouts()
    {
        TheoryData<string, string, bool> layouts = [];
        foreach (Attention attention in Enum.GetValues<Attention>())
        {
            foreach (WeightKind kind in Enum.GetValues<WeightKind>())
            {
                layouts.Add(attention.ToString(), kind.ToString(), false);
                layouts.Add(attention.ToString(), kind.ToString(), true);
            }
        }

        return layouts;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Tokens_equal_the_reference(string attention, string kind, bool halfCache)
    {
        // Rounding decides between two tokens that are nearly equal, so a text with clear choices is taken.
        (DecoderWeights weights, List<int> expected) = ClearText(Enum.Parse<WeightKind>(kind), halfCache);
        // 8-bit graphs round over all they read at once, so they are compared token by token.
        int chunk = weights.Kind == WeightKind.Int8 ? 1 : 64;
        using DecoderModel model = Load(weights, new GraphOptions { Attention = Enum.Parse<Attention>(attention), HalfCache = halfCache }, chunk);
        Assert.True(expected.Distinct().Count() > 10, "a text that repeats itself proves little");
        Assert.Equal(expected, Greedy(model, Prompt, 40));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reading_in_chunks_of_any_size_gives_the_same_logits(bool grouped)
    {
        DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, seed: 3);
        float[]? whole = null;
        foreach (int chunk in new[] { 64, 4, 1 })
        {
            using DecoderModel model = Load(weights, new GraphOptions { Attention = grouped ? Attention.Grouped : Attention.Plain }, chunk);
            float[] logits = model.Read(Prompt, CancellationToken.None).ToArray();
            whole ??= logits;
            Assert.True(TensorPrimitives.Distance<float>(whole, logits) < 1e-3);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cut_back_cache_goes_on_as_if_the_rest_was_never_read(bool grouped)
    {
        DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, seed: 5);
        using DecoderModel model = Load(weights, new GraphOptions { Attention = grouped ? Attention.Grouped : Attention.Plain });
        List<int> expected = Greedy(model, Prompt, 12);
        model.Truncate(0);
        model.Read([.. Prompt.Take(4), 200, 201, 202, 203], CancellationToken.None);
        model.Truncate(4);
        Assert.Equal(expected, Greedy(model, Prompt[4..], 12));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Saved_cache_goes_on_in_another_process(bool grouped)
    {
        DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, seed: 5);
        GraphOptions options = new() { Attention = grouped ? Attention.Grouped : Attention.Plain };
        using MemoryStream saved = new();
        List<int> expected;
        using (DecoderModel first = Load(weights, options))
        {
            expected = Greedy(first, Prompt, 12);
            first.Save(saved, 6);
        }

        saved.Position = 0;
        using DecoderModel second = Load(weights, options);
        second.Restore(saved, Prompt.AsSpan(0, 6));
        Assert.Equal(expected, Greedy(second, Prompt[6..], 12));
    }

    [Fact]
    public void Other_names_types_and_weights_in_a_file_beside_are_read_from_the_model()
    {
        DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Int4, seed: 9);
        using DecoderModel model = Load(weights, new GraphOptions { PastName = "past_", Int32Inputs = true, InsideBytes = 1000 });
        Assert.True(File.Exists(Path.Combine(_folder, "model.onnx_data")));
        Assert.Equal(new ReferenceDecoder(weights, false).Greedy(Prompt, 20), Greedy(model, Prompt, 20));
    }

    [Fact]
    public void Cancelled_run_leaves_what_was_read_before()
    {
        DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, WeightKind.Float32, seed: 5);
        using DecoderModel model = Load(weights, new GraphOptions());
        model.Read(Prompt.AsSpan(0, 5), CancellationToken.None);
        Assert.ThrowsAny<OperationCanceledException>(() => model.Read(Prompt.AsSpan(5), new CancellationToken(true)));
        Assert.Equal(Prompt[..5], model.Tokens);
    }

    private static (DecoderWeights Weights, List<int> Tokens) ClearText(WeightKind kind, bool halfCache)
    {
        for (int seed = 7; ; seed++)
        {
            DecoderWeights weights = DecoderWeights.Random(DecoderShape.Tiny, kind, seed);
            ReferenceDecoder reference = new(weights, halfCache);
            List<int> tokens = reference.Greedy(Prompt, 40);
            if (reference.SmallestLead > 0.02f)
            {
                return (weights, tokens);
            }
        }
    }

    private DecoderModel Load(DecoderWeights weights, GraphOptions options, int chunk = 64)
    {
        TinyModel.Write(_folder, weights, options);
        return DecoderModel.Load(ModelFolder.Open(_folder), maxTokens: 128, threads: 1, chunk);
    }

    private static List<int> Greedy(DecoderModel model, int[] prompt, int count)
    {
        List<int> made = [];
        Span<float> logits = model.Read(prompt, CancellationToken.None);
        while (made.Count < count)
        {
            made.Add(TensorPrimitives.IndexOfMax<float>(logits));
            logits = model.Read([made[^1]], CancellationToken.None);
        }

        return made;
    }
}
