namespace Wearable.Training.Tests;

public sealed class FeatureBankTests
{
    [Fact]
    public void Banks_of_two_words_say_which_word_and_what_is_known_of_the_other()
    {
        string[] banks = [Path.GetTempFileName(), Path.GetTempFileName()];
        try
        {
            FeatureBank.Write(banks[0], [new Segment("00", 1, 3, 9, new sbyte[16]), new Segment("00", 0, 0, 0, new sbyte[16]), new Segment("", 2, 0, 0, new sbyte[16])]);
            FeatureBank.Write(banks[1], [new Segment("03", 1, 4, 8, new sbyte[16]), new Segment("03", 0, 0, 0, new sbyte[16])]);
            List<Segment> all = FeatureBank.Read(banks);
            Assert.Equal([0, 0, 0, 1, 1], all.Select(s => s.Word));
            Assert.Equal([true, true], new[] { 0, 3 }.Select(i => (all[i].Known & 3) == 3)); // one word's clip is not the other's
            Assert.Equal(1, all[1].Known); // another word of bank 0: perhaps the word of bank 1
            Assert.Equal(-1, all[2].Known); // background has neither
            Assert.Equal(2, all[4].Known);
        }
        finally
        {
            Array.ForEach(banks, File.Delete);
        }
    }
}
