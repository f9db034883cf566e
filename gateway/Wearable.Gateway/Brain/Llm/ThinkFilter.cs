using System.Text;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>Hides what a model thinks between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>, also when the marks arrive in pieces.</summary>
/// <param name="inside">True when the prompt already opened a thought.</param>
public sealed class ThinkFilter(bool inside)
{
    private const string Open = "<think>", Close = "</think>";

    private readonly StringBuilder _held = new();

    /// <summary>True while the model thinks.</summary>
    public bool Inside { get; private set; } = inside;

    /// <summary>Takes a piece of the stream and gives what may be said of it.</summary>
    public string Push(string piece)
    {
        StringBuilder said = new();
        _held.Append(piece);
        while (true)
        {
            string held = _held.ToString();
            string mark = Inside ? Close : Open;
            int at = held.IndexOf(mark, StringComparison.Ordinal);
            if (at < 0)
            {
                int keep = MarkBegun(held, mark);
                said.Append(Inside ? "" : held[..^keep]);
                _held.Clear().Append(held[^keep..]);
                return said.ToString();
            }

            said.Append(Inside ? "" : held[..at]);
            _held.Clear().Append(held[(at + mark.Length)..]);
            Inside = !Inside;
        }
    }

    /// <summary>What was held back when the stream ends.</summary>
    public string End()
    {
        string rest = Inside ? "" : _held.ToString();
        _held.Clear();
        return rest;
    }

    // Characters at the end that may be the beginning of the mark.
    private static int MarkBegun(string text, string mark)
    {
        for (int length = Math.Min(mark.Length - 1, text.Length); length > 0; length--)
        {
            if (text.EndsWith(mark[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
