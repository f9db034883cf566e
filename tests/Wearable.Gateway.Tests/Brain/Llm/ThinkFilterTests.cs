using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

public sealed class ThinkFilterTests
{
    [Theory]
    [InlineData(false, "<think>secret</think>Hello.", "Hello.")]
    [InlineData(true, "secret</think>Hello.", "Hello.")]
    [InlineData(true, "secret that never ends", "")]
    [InlineData(false, "1 < 2 and <this> stays", "1 < 2 and <this> stays")]
    [InlineData(false, "Hello <thin", "Hello <thin")]
    [InlineData(false, "One.<think>a</think>Two.<think>b</think>", "One.Two.")]
    public void Thoughts_are_hidden_however_the_stream_is_cut(bool inside, string stream, string said)
    {
        for (int size = 1; size <= stream.Length; size++)
        {
            ThinkFilter filter = new(inside);
            string heard = string.Concat(stream.Chunk(size).Select(piece => filter.Push(new string(piece)))) + filter.End();
            Assert.Equal(said, heard);
        }
    }
}
