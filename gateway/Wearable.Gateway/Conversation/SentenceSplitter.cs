using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace Wearable.Gateway.Conversation;

/// <summary>Cuts a streamed answer into sentences, so that the first is spoken while the rest is being made.</summary>
public static class SentenceSplitter
{
    private const int MaxSentenceChars = 300; // a brain that never ends a sentence is cut at a space

    /// <summary>Yields each sentence as soon as it is complete; what is left at the end is the last one.</summary>
    public static async IAsyncEnumerable<string> SplitAsync(IAsyncEnumerable<ChatResponseUpdate> updates, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        StringBuilder text = new();
        await foreach (ChatResponseUpdate update in updates.WithCancellation(cancellation).ConfigureAwait(false))
        {
            text.Append(update.Text);
            while (End(text) is int end && end > 0)
            {
                string sentence = text.ToString(0, end).Trim();
                text.Remove(0, end);
                if (sentence.Length > 0)
                {
                    yield return sentence;
                }
            }
        }

        string rest = text.ToString().Trim();
        if (rest.Length > 0)
        {
            yield return rest;
        }
    }

    // The end of the first complete sentence, or 0. A mark counts only with white space behind it ("3.5" is no end).
    private static int End(StringBuilder text)
    {
        int lastSpace = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n' || (c is '。' or '！' or '？') || (c is '.' or '!' or '?' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1])))
            {
                return i + 1;
            }

            lastSpace = char.IsWhiteSpace(c) ? i : c is '，' or '、' or '；' ? i + 1 : lastSpace; // Chinese has no spaces
            if (i >= MaxSentenceChars && lastSpace > 0)
            {
                return lastSpace;
            }
        }

        return 0;
    }
}
