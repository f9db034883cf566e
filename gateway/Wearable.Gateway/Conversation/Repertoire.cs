namespace Wearable.Gateway.Conversation;

/// <summary>
/// The questions a wearable has heard whole. People ask the same things again and again, and a question that was complete before needs no
/// long silence behind it; one that was ever only the beginning of a longer one does. In memory alone, letters and digits only, one per wearable.
/// </summary>
public sealed class Repertoire
{
    /// <summary>Questions kept; at the limit the oldest goes.</summary>
    public const int Capacity = 200;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _whole = [];
    private readonly HashSet<string> _beginnings = [];
    private readonly Queue<string> _order = new();

    /// <summary>True when the words were a whole question before and never the beginning of another, said with a pause or without.</summary>
    public bool IsWhole(string question)
    {
        string key = Key(question);
        lock (_gate)
        {
            // Whoever was cut off behind a known question says the longer one again in one breath; from then on it is waited for.
            return _whole.Contains(key) && !_beginnings.Contains(key) && !_whole.Any(w => w.Length > key.Length && w.StartsWith(key, StringComparison.Ordinal));
        }
    }

    /// <summary>The speaker stopped behind these words and was answered.</summary>
    public void AddWhole(string question) => Add(_whole, Key(question));

    /// <summary>The speaker paused behind these words and went on.</summary>
    public void AddBeginning(string question) => Add(_beginnings, Key(question));

    private void Add(HashSet<string> set, string key)
    {
        lock (_gate)
        {
            if (key.Length == 0 || !set.Add(key))
            {
                return;
            }

            _order.Enqueue(key);
            if (_order.Count > Capacity)
            {
                string oldest = _order.Dequeue();
                _whole.Remove(oldest);
                _beginnings.Remove(oldest);
            }
        }
    }

    private static string Key(string question) => string.Concat(question.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
