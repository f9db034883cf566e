using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;
using OpenAI.Chat;
using Wearable.Gateway.Brain.Tools;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>Makes the brain the owner chose.</summary>
public static class Brains
{
    /// <summary>Environment variable with the key of an OpenAI-compatible server; never on the command line, which others may see.</summary>
    public const string KeyVariable = "WEARABLE_BRAIN_KEY";

    private const string UsualOllamaModel = "qwen2.5:1.5b", UsualOpenAiModel = "default";

    /// <summary>The brain that conversations ask.</summary>
    public static IChatClient Make(IServiceProvider services)
    {
        GatewayOptions options = services.GetRequiredService<GatewayOptions>();
        SkillsChatClient skills = services.GetRequiredService<SkillsChatClient>();
        if (options.Brain.Kind == BrainKind.Skills)
        {
            return skills;
        }

        ILoggerFactory logs = services.GetRequiredService<ILoggerFactory>();
        ILogger<BrainChain> log = logs.CreateLogger<BrainChain>();
        if (Leaves(options.Brain))
        {
            log.LogWarning("brain {Name}: questions that no skill knows leave this machine", options.Brain.ToString());
        }

        return new BrainChain(
            options.Brain.ToString(),
            _ => Task.FromResult(Open(options.Brain, options, logs.CreateLogger<OnnxChatClient>())),
            skills,
            services.GetRequiredService<HouseTools>(),
            (services.GetService<BrainSettings>() ?? new BrainSettings()) with { Sayings = services.GetRequiredService<Languages.Sayings>() },
            services.GetRequiredService<TimeProvider>(),
            log);
    }

    /// <summary>Opens a model or the way to a server.</summary>
    /// <exception cref="Models.ModelException">The model folder cannot be used.</exception>
    public static IChatClient Open(BrainChoice choice, GatewayOptions options, ILogger? log = null) => choice.Kind switch
    {
        BrainKind.Onnx => OnnxChatClient.Load(Models.LanguageModels.FolderOf(choice.Place), new OnnxChatOptions { PrefixFolder = Path.Combine(options.DataFolder, "prefixes") }, log),
        BrainKind.Ollama => new OllamaApiClient(new Uri(choice.Place), choice.Model.Length > 0 ? choice.Model : UsualOllamaModel),
        BrainKind.OpenAi => OpenAi(choice),
        _ => throw new ArgumentException($"a brain with a model expected, got {choice}", nameof(choice)),
    };

    private static IChatClient OpenAi(BrainChoice choice)
    {
        // The chain decides how long to wait; a retry behind its back would only keep the person waiting.
        OpenAIClientOptions options = new() { Endpoint = new Uri(choice.Place), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) };
        string key = Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } given ? given : "none";
        return new ChatClient(choice.Model.Length > 0 ? choice.Model : UsualOpenAiModel, new ApiKeyCredential(key), options).AsIChatClient();
    }

    private static bool Leaves(BrainChoice choice) => choice.Kind is BrainKind.Ollama or BrainKind.OpenAi && !new Uri(choice.Place).IsLoopback;
}
