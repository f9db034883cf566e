using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>Takes Qwen's calls of functions (<c>&lt;tool_call&gt;{"name": ..., "arguments": ...}&lt;/tool_call&gt;</c>) out of a stream of text.</summary>
public sealed class ToolCallFilter
{
    private const string Open = "<tool_call>", Close = "</tool_call>";

    private readonly StringBuilder _held = new();

    /// <summary>Whole calls so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Takes a piece and gives what is complete of it: text, calls.</summary>
    /// <exception cref="InvalidDataException">A call that is no JSON object with a name.</exception>
    public IEnumerable<AIContent> Push(string piece)
    {
        _held.Append(piece);
        List<AIContent> contents = [];
        while (true)
        {
            string held = _held.ToString();
            int start = Begin(held);
            if (start > 0)
            {
                contents.Add(new TextContent(held[..start]));
                _held.Remove(0, start);
                continue;
            }

            int end = held.StartsWith(Open, StringComparison.Ordinal) ? held.IndexOf(Close, StringComparison.Ordinal) : -1;
            if (end < 0)
            {
                return contents;
            }

            contents.Add(Call(held[Open.Length..end]));
            _held.Clear().Append(held[(end + Close.Length)..]);
        }
    }

    /// <summary>What was held back at the end; a call that never ended is only text.</summary>
    public string End()
    {
        string rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    // Where a call, or what may become one, begins; the length when there is none.
    private static int Begin(string held)
    {
        for (int at = held.IndexOf('<'); at >= 0; at = held.IndexOf('<', at + 1))
        {
            if (held.AsSpan(at).StartsWith(Open) || Open.AsSpan().StartsWith(held.AsSpan(at)))
            {
                return at;
            }
        }

        return held.Length;
    }

    private FunctionCallContent Call(string json)
    {
        try
        {
            using JsonDocument call = JsonDocument.Parse(json);
            string name = call.RootElement.GetProperty("name").GetString() ?? throw new InvalidOperationException("name is null");
            Dictionary<string, object?> arguments = call.RootElement.TryGetProperty("arguments", out JsonElement given) && given.ValueKind == JsonValueKind.Object
                ? given.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value.Clone())
                : [];
            Calls++;
            return new FunctionCallContent(Guid.NewGuid().ToString("N"), name, arguments);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException("a call as JSON with name and arguments expected, got other text", e);
        }
    }
}
