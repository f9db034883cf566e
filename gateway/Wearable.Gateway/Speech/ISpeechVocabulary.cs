namespace Wearable.Gateway.Speech;

/// <summary>The pieces of text that a speech model writes with.</summary>
internal interface ISpeechVocabulary
{
    /// <summary>Highest number of a piece plus one.</summary>
    int Count { get; }

    /// <summary>Opens a text.</summary>
    int StartToken { get; }

    /// <summary>Ends it.</summary>
    int EndToken { get; }

    /// <summary>Cuts a text into the longest pieces there are, as the model writes a word that begins a text.</summary>
    /// <exception cref="ArgumentException">A character has no piece.</exception>
    int[] Encode(string text);

    /// <summary>Joins pieces to text; what controls is skipped.</summary>
    string Decode(IEnumerable<int> tokens);
}
