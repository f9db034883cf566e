using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>A prompt in tokens.</summary>
/// <param name="Tokens">All of it, up to where the model goes on.</param>
/// <param name="PrefixLength">Tokens at the front (persona, rules, tools) that are the same in every turn.</param>
public sealed record Prompt(int[] Tokens, int PrefixLength);

/// <summary>Writes conversations the way a model family was trained: Qwen's ChatML or DeepSeek-R1's fullwidth bars.</summary>
public sealed class ChatTemplate
{
    private const string ImStart = "<|im_start|>", ImEnd = "<|im_end|>";
    private const string Begin = "<｜begin▁of▁sentence｜>", End = "<｜end▁of▁sentence｜>", User = "<｜User｜>", Assistant = "<｜Assistant｜>";
    private const string ThinkStart = "<think>", ThinkEnd = "</think>";

    private readonly LlmTokenizer _tokenizer;
    private readonly bool _deepSeek;

    private ChatTemplate(LlmTokenizer tokenizer, bool deepSeek)
    {
        _tokenizer = tokenizer;
        _deepSeek = deepSeek;
        StopTokens = new[] { deepSeek ? End : ImEnd, "<|endoftext|>" }.Select(tokenizer.Added).OfType<int>().ToHashSet();
        CanThink = tokenizer.Added(ThinkStart) is not null || deepSeek;
    }

    /// <summary>"qwen" or "deepseek".</summary>
    public string Family => _deepSeek ? "deepseek" : "qwen";

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlySet<int> StopTokens { get; }

    /// <summary>True for families that think aloud first.</summary>
    public bool CanThink { get; }

    /// <summary>Closes a thought that is too long.</summary>
    public int[] CloseThought => [.. Text(ThinkEnd), .. _tokenizer.Encode("\n\n")];

    /// <summary>Finds the family by its control tokens.</summary>
    /// <exception cref="ModelException">Neither family's tokens are there: the tokenizer belongs to another model.</exception>
    public static ChatTemplate For(LlmTokenizer tokenizer, string folder)
    {
        if (Has(tokenizer, User, Assistant, Begin, End))
        {
            return new ChatTemplate(tokenizer, deepSeek: true);
        }

        return Has(tokenizer, ImStart, ImEnd)
            ? new ChatTemplate(tokenizer, deepSeek: false)
            : throw new ModelException($"{Path.Combine(folder, "tokenizer.json")}: the control tokens of a Qwen ({ImStart}, {ImEnd}) or DeepSeek ({User}, {Assistant}) chat model expected, got neither; it belongs to another model.");
    }

    /// <summary>Turns a conversation into tokens.</summary>
    /// <param name="messages">System first, then user and assistant in turn. The assistant's messages are what was said aloud.</param>
    /// <param name="tools">Functions the model may call; only Qwen was trained for them.</param>
    /// <param name="skipThinking">True writes an empty thought, so that the model answers at once.</param>
    public Prompt Write(IReadOnlyList<ChatMessage> messages, IEnumerable<AIFunctionDeclaration>? tools, bool skipThinking)
    {
        // The persona and the tools stand first: they are the same in every turn and their state is kept.
        string[] rules = [.. messages.Where(m => m.Role == ChatRole.System).Select(m => m.Text)];
        string functions = _deepSeek ? "" : Tools(tools);
        string system = string.Join("\n\n", [(rules.Length > 0 ? rules[0] : "") + functions, .. rules.Skip(1)]);
        Writer writer = new(_tokenizer);
        if (_deepSeek)
        {
            writer.Special(Begin).Plain(system).Flush();
        }
        else if (system.Length > 0)
        {
            writer.Special(ImStart).Plain("system\n" + system).Special(ImEnd).Plain("\n").Flush();
        }

        int prefix = writer.Tokens.Count;
        foreach (ChatMessage message in messages.Where(m => m.Role != ChatRole.System))
        {
            WriteMessage(writer, message, skipThinking);
        }

        Header(writer, skipThinking);
        if (_deepSeek && !skipThinking)
        {
            writer.Special(ThinkStart).Plain("\n"); // R1 is told to think by its own template
        }

        return new Prompt([.. writer.Flush().Tokens], prefix);
    }

    private void WriteMessage(Writer writer, ChatMessage message, bool skipThinking)
    {
        if (message.Role == ChatRole.Assistant)
        {
            // The same empty thought as when it was made, so that the cached state goes on fitting.
            Header(writer, skipThinking);
            writer.Plain(message.Text + Calls(message)).Special(_deepSeek ? End : ImEnd).Plain(_deepSeek ? "" : "\n");
            return;
        }

        string text = message.Role == ChatRole.Tool ? Results(message) : message.Text;
        if (_deepSeek)
        {
            writer.Special(User).Plain(text);
        }
        else
        {
            writer.Special(ImStart).Plain("user\n" + text).Special(ImEnd).Plain("\n");
        }
    }

    private void Header(Writer writer, bool skipThinking)
    {
        if (_deepSeek)
        {
            writer.Special(Assistant);
        }
        else
        {
            writer.Special(ImStart).Plain("assistant\n");
        }

        if (CanThink && skipThinking)
        {
            writer.Special(ThinkStart).Plain("\n\n").Special(ThinkEnd).Plain("\n\n");
        }
    }

    private IReadOnlyList<int> Text(string token) => _tokenizer.Added(token) is int id ? [id] : _tokenizer.Encode(token);

    private static string Tools(IEnumerable<AIFunctionDeclaration>? tools)
    {
        if (tools?.Any() != true)
        {
            return "";
        }

        StringBuilder text = new("\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>");
        foreach (AIFunctionDeclaration tool in tools)
        {
            text.Append("\n{\"type\": \"function\", \"function\": {\"name\": ").Append(JsonSerializer.Serialize(tool.Name))
                .Append(", \"description\": ").Append(JsonSerializer.Serialize(tool.Description))
                .Append(", \"parameters\": ").Append(tool.JsonSchema.GetRawText()).Append("}}");
        }

        return text.Append("\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>").ToString();
    }

    private static string Calls(ChatMessage message) => string.Concat(message.Contents.OfType<FunctionCallContent>().Select(call =>
        $"\n<tool_call>\n{{\"name\": {JsonSerializer.Serialize(call.Name)}, \"arguments\": {JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>())}}}\n</tool_call>"));

    private static string Results(ChatMessage message) => string.Join('\n', message.Contents.OfType<FunctionResultContent>().Select(result =>
        $"<tool_response>\n{result.Result}\n</tool_response>"));

    private static bool Has(LlmTokenizer tokenizer, params ReadOnlySpan<string> tokens)
    {
        foreach (string token in tokens)
        {
            if (tokenizer.Added(token) is null)
            {
                return false;
            }
        }

        return true;
    }

    // Text between two control tokens is encoded as a whole, as the families' own tokenizers do.
    private sealed class Writer(LlmTokenizer tokenizer)
    {
        private readonly StringBuilder _text = new();

        public List<int> Tokens { get; } = [];

        public Writer Plain(string text)
        {
            _text.Append(text);
            return this;
        }

        public Writer Special(string token)
        {
            if (tokenizer.Added(token) is not int id)
            {
                return Plain(token); // <think> is plain text in tokenizers without it
            }

            Flush().Tokens.Add(id);
            return this;
        }

        public Writer Flush()
        {
            Tokens.AddRange(tokenizer.Encode(_text.ToString()));
            _text.Clear();
            return this;
        }
    }
}
