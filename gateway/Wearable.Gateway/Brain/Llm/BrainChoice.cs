namespace Wearable.Gateway.Brain.Llm;

/// <summary>Which brain answers what no skill knows.</summary>
public enum BrainKind
{
    /// <summary>None: skills only.</summary>
    Skills,

    /// <summary>A model folder, run in this process.</summary>
    Onnx,

    /// <summary>An Ollama server.</summary>
    Ollama,

    /// <summary>A server that speaks OpenAI's chat interface (llama-server, vLLM, LM Studio, OpenAI).</summary>
    OpenAi,
}

/// <summary>The owner's choice of brain, as given with <c>--brain</c>.</summary>
/// <param name="Kind">Kind of brain.</param>
/// <param name="Place">Folder or address; empty for skills.</param>
/// <param name="Model">Model name at a server; empty takes the kind's usual one.</param>
public sealed record BrainChoice(BrainKind Kind, string Place = "", string Model = "")
{
    /// <summary>How a brain is written.</summary>
    public const string Syntax = "skills, onnx:FOLDER, ollama:URL or openai:URL";

    /// <summary>Skills only.</summary>
    public static BrainChoice Skills { get; } = new(BrainKind.Skills);

    /// <summary>Reads a choice.</summary>
    /// <param name="text">As <see cref="Syntax"/> says.</param>
    /// <param name="model">Model name, may be empty.</param>
    /// <param name="problem">What was expected and what came; empty on success.</param>
    public static BrainChoice? Parse(string text, string model, out string problem)
    {
        problem = "";
        int colon = text.IndexOf(':');
        (string kind, string place) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        BrainKind? known = kind switch
        {
            "skills" when colon < 0 => BrainKind.Skills,
            "onnx" when place.Length > 0 => BrainKind.Onnx,
            "ollama" when IsAddress(place) => BrainKind.Ollama,
            "openai" when IsAddress(place) => BrainKind.OpenAi,
            _ => null,
        };
        if (known is null)
        {
            problem = $"--brain: {Syntax} expected, got \"{text}\"";
            return null;
        }

        return new BrainChoice(known.Value, place, model);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == BrainKind.Skills ? "skills" : $"{Kind.ToString().ToLowerInvariant()}:{Place}{(Model.Length > 0 ? " " + Model : "")}";

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
