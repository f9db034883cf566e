using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Speech;

public class RepeatLoopTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4 }, 4)]
    [InlineData(new[] { 1, 7, 7, 7 }, 4)]
    [InlineData(new[] { 1, 7, 7, 7, 7, 7 }, 2)]
    [InlineData(new[] { 9, 1, 2, 1, 2, 1, 2, 1, 2 }, 3)]
    [InlineData(new[] { 9, 1, 2, 1, 2, 1, 2, 5 }, 8)]
    [InlineData(new int[0], 0)]
    public void Only_a_phrase_said_four_times_at_the_end_is_cut(int[] tokens, int kept) => Assert.Equal(kept, RepeatLoop.Keep(tokens));
}
