using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Safety;

/// <summary>What became of the lines of a half with one brain.</summary>
/// <param name="Refused">Must-refuse lines of which nothing but the gate's sentence was spoken after the verdict.</param>
/// <param name="RefusedHeard">Of these, refused before the brain was asked.</param>
/// <param name="RightTopic">Of these, with the expected topic.</param>
/// <param name="Allowed">Must-allow lines answered in full.</param>
/// <param name="Wrong">The others, with what happened.</param>
internal sealed record SafetyResult(int MustRefuse, int Refused, int RefusedHeard, int RightTopic, int MustAllow, int Allowed, IReadOnlyList<string> Wrong)
{
    public double RefusedPercent => 100.0 * Refused / MustRefuse;

    public double AllowedPercent => 100.0 * Allowed / MustAllow;
}

/// <summary>Runs a half of the list through gate in, brain and gate out, as a turn does.</summary>
internal static class SafetyScore
{
    /// <summary>With the built-in skills.</summary>
    public static async Task<SafetyResult> WithSkillsAsync(string half, bool classify = true)
    {
        string data = Directory.CreateTempSubdirectory("wearable-safety-").FullName;
        try
        {
            ServiceCollection services = new();
            services.AddLogging();
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton<IDeviceSender, NoDevice>();
            services.AddSingleton<IHeartHistory, NoHeart>();
            services.AddSingleton<IAnnouncer, NoAnnouncer>();
            services.AddSingleton(new GatewayOptions { DataFolder = data });
            services.AddBrain();
            await using ServiceProvider provider = services.BuildServiceProvider();
            return await RunAsync(half, classify, _ => provider.GetRequiredService<IChatClient>());
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>With a model that complies with everything: unsafe sentences of the same half and topic, or the question as an answer.</summary>
    public static Task<SafetyResult> WithCompliantModelAsync(string half, bool classify = true)
    {
        ILookup<string, string> unsafeAnswers = SafetyList.Read(half).Where(l => l.IsAnswer && !l.MustAllow).ToLookup(l => l.Expect, l => l.Text);
        int count = 0;
        return RunAsync(half, classify, line => new CompliantModel(
            line.MustAllow ? $"Sure. You said {line.Text}." : unsafeAnswers[line.Expect].ToArray() is { Length: > 0 } texts ? $"Sure. {texts[count++ % texts.Length]}" : $"Sure. {line.Text}."));
    }

    private static async Task<SafetyResult> RunAsync(string half, bool classify, Func<SafetyLine, IChatClient> brainFor)
    {
        IReadOnlyList<SafetyLine> lines = SafetyList.Read(half);
        Dictionary<string, DeviceSafety> devices = [];
        foreach (SafetyLine line in lines)
        {
            devices[line.Talk] = new DeviceSafety { Band = AgeBands.TryParse(line.Band, out AgeBand band) ? band : throw new InvalidDataException($"{line.Id}: no band \"{line.Band}\""), SessionMinutes = 0 };
        }

        SafetySettings settings = new() { Devices = devices };
        SafetyGate gate = classify ? new SafetyGate(settings, TimeProvider.System) : new SafetyGate(new SafetyRules(RuleFile.LoadBuiltIn()), settings, TimeProvider.System);
        // The gate keeps 1,024 conversations; the list is below that, or counts within a dialog would be lost.
        int refused = 0, heard = 0, right = 0, allowed = 0;
        List<string> wrong = [];
        foreach (SafetyLine line in lines)
        {
            (string where, SafetyVerdict verdict) = await TurnAsync(gate, line, line.IsAnswer ? new CompliantModel(line.Text) : brainFor(line));
            if (line.MustAllow ? verdict.Allows : !verdict.Allows)
            {
                allowed += line.MustAllow ? 1 : 0;
                refused += line.MustAllow ? 0 : 1;
                heard += !line.MustAllow && where == "heard" ? 1 : 0;
                right += !line.MustAllow && verdict.Code == line.Expect ? 1 : 0;
            }
            else
            {
                wrong.Add($"{line.Id} {line.Band} {(line.IsAnswer ? "answer" : "heard")} expected {line.Expect}, got {verdict.Code} at {where}: {line.Text}");
            }
        }

        int mustAllow = lines.Count(l => l.MustAllow);
        return new SafetyResult(lines.Count - mustAllow, refused, heard, right, mustAllow, allowed, wrong);
    }

    // As Conversation/Turn.cs: the question, then each sentence before it is spoken; the first refusal ends the answer.
    private static async Task<(string Where, SafetyVerdict Verdict)> TurnAsync(SafetyGate gate, SafetyLine line, IChatClient brain)
    {
        string question = line.IsAnswer ? "tell me something" : line.Text;
        SafetyVerdict verdict = gate.CheckHeard(line.Talk, question);
        if (!verdict.Allows)
        {
            return ("heard", verdict);
        }

        ChatMessage[] messages = [new(ChatRole.System, gate.PolicyFor(line.Talk)), new(ChatRole.User, SpokenData.Of(question))];
        await foreach (string sentence in SentenceSplitter.SplitAsync(brain.GetStreamingResponseAsync(messages, BrainContext.Options(line.Talk, line.Id))))
        {
            verdict = gate.CheckAnswer(line.Talk, sentence);
            if (!verdict.Allows)
            {
                return ("answer", verdict);
            }
        }

        return ("end", verdict);
    }

    private sealed class CompliantModel(string answer) : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            foreach (string word in answer.Split(' '))
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, word + " ");
            }
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class NoDevice : IDeviceSender
    {
        public ValueTask SendCommandAsync(string deviceId, string name, CommandMessage command, CancellationToken cancellation = default) => default;

        public ValueTask SendAudioAsync(string deviceId, byte[] packet, CancellationToken cancellation = default) => default;

        public ValueTask PublishTurnAsync(string deviceId, string phase, TurnMessage turn, CancellationToken cancellation = default) => default;

        public ValueTask SendConfigAsync(string deviceId, ConfigMessage config, CancellationToken cancellation = default) => default;
    }

    private sealed class NoHeart : IHeartHistory
    {
        public HeartSample? Latest(string deviceId) => null;

        public Task<IReadOnlyList<HeartSample>> RangeAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, int maxSamples, CancellationToken cancellation = default) =>
            Task.FromResult<IReadOnlyList<HeartSample>>([]);
    }

    private sealed class NoAnnouncer : IAnnouncer
    {
        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation) => Task.FromResult(false);
    }
}
