using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Wearable.Contract;
using Wearable.Gateway.Conversation;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tests.Conversation;

/// <summary>The pieces of a turn, each by itself.</summary>
public sealed class ConversationPartTests
{
    [Theory]
    [InlineData("Computer, what time is it?", true, "what time is it?")]
    [InlineData("computer what time is it", true, "what time is it")]
    [InlineData("Imputer, tell me a joke.", true, "tell me a joke.")]
    [InlineData("Computers, hello", true, "hello")]
    [InlineData("Hey computer, stop", true, "stop")]
    [InlineData("Confeder, what can you do?", true, "what can you do?")]
    [InlineData("Confuitor, what can you do?", true, "what can you do?")]
    [InlineData("Computer.", true, "")]
    [InlineData("Come here and look", false, "Come here and look")]
    [InlineData("Could you pass me the butter", false, "Could you pass me the butter")]
    [InlineData("What time is it?", false, "What time is it?")]
    [InlineData("The weather is nice today", false, "The weather is nice today")]
    [InlineData("", false, "")]
    public void The_wake_word_is_found_as_speech_to_text_spells_it(string heard, bool found, string question)
    {
        Assert.Equal(found, WakePhrase.TryStrip(heard, "computer", certainty: 0.2, out string rest));
        Assert.Equal(question, rest);
    }

    [Fact]
    public void A_badly_spelled_wake_word_counts_only_when_the_device_was_sure()
    {
        Assert.False(WakePhrase.TryStrip("M. Pewter, tell me a joke.", "computer", certainty: 0, out _));
        Assert.True(WakePhrase.TryStrip("M. Pewter, tell me a joke.", "computer", certainty: 1, out string question));
        Assert.Equal("tell me a joke.", question);
    }

    [Fact]
    public async Task Sentences_come_as_soon_as_they_are_complete()
    {
        List<string> sentences = [];
        await foreach (string s in SentenceSplitter.SplitAsync(Stream("It is 3", ".5 today. ", "Take a c", "oat! And", " an umbrella"), CancellationToken.None))
        {
            sentences.Add(s);
        }

        Assert.Equal(["It is 3.5 today.", "Take a coat!", "And an umbrella"], sentences);
    }

    [Fact]
    public async Task A_sentence_without_end_is_cut()
    {
        int longest = 0;
        await foreach (string s in SentenceSplitter.SplitAsync(Stream(string.Join(' ', Enumerable.Repeat("word", 400))), CancellationToken.None))
        {
            longest = Math.Max(longest, s.Length);
        }

        Assert.InRange(longest, 200, 310);
    }

    [Fact]
    public void A_gap_is_filled_with_silence_and_counted()
    {
        SpeechCollector collector = new(100_000);
        collector.Add(Chunk(0, 5), default);
        collector.Add(Chunk(3, 7), default);
        short[] all = collector.Copy(0, long.MaxValue);
        Assert.Equal(2, collector.MissingPackets);
        Assert.Equal(4 * AudioFormat.PacketSamples, all.Length);
        Assert.Equal((5, 0, 0, 7), (all[0], all[960], all[1920], all[2880]));
    }

    [Fact]
    public void Late_and_repeated_packets_are_dropped()
    {
        SpeechCollector collector = new(100_000);
        collector.Add(Chunk(0, 1), default);
        collector.Add(Chunk(1, 2), default);
        collector.Add(Chunk(1, 2), default);
        collector.Add(Chunk(0, 1), default);
        Assert.Equal(2, collector.DroppedPackets);
        Assert.Equal(2 * AudioFormat.PacketSamples, collector.Count);
    }

    [Fact]
    public void Beyond_its_limit_nothing_more_is_kept()
    {
        SpeechCollector collector = new(2 * AudioFormat.PacketSamples);
        for (int i = 0; i < 5; i++)
        {
            collector.Add(Chunk(i, 1), default);
        }

        Assert.Equal(2 * AudioFormat.PacketSamples, collector.Count);
        Assert.Equal(3, collector.DroppedPackets);
    }

    [Fact]
    public void A_sample_has_the_time_it_was_at_the_microphone()
    {
        DateTimeOffset first = new(2026, 1, 1, 0, 0, 1, TimeSpan.Zero);
        SpeechCollector collector = new(100_000);
        collector.Add(Chunk(0, 1), first);
        collector.Add(Chunk(1, 1), first.AddMilliseconds(60));
        Assert.Equal(first.AddMilliseconds(60 - 30), collector.TimeOf(AudioFormat.PacketSamples + 480));
    }

    [Theory]
    [InlineData(AudioCodec.Pcm16At16k)]
    [InlineData(AudioCodec.ImaAdpcmAt16k)]
    public async Task An_answer_is_sent_whole_in_order_and_never_far_ahead(int codec)
    {
        FakeTimeProvider time = new();
        PacketRecorder recorder = new(time);
        ConversationSettings settings = new();
        AnswerSender sender = new(recorder, "bear", codec, settings, time);
        short[] sound = [.. Enumerable.Range(0, 16000 * 3).Select(i => (short)(8000 * Math.Sin(i * 0.05)))];
        DateTimeOffset begin = time.GetUtcNow();
        Task sending = SendAllAsync(sender, sound);
        while (!sending.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        await sending;
        Assert.Equal(51, recorder.Packets.Count);
        int sequence = 0;
        double sentMs = 0;
        foreach ((byte[] packet, DateTimeOffset at) in recorder.Packets)
        {
            Assert.Equal(sequence++, AudioPacket.Sequence(packet));
            Assert.Equal(codec, AudioPacket.Codec(packet));
            Assert.InRange(sentMs - (at - begin).TotalMilliseconds, double.MinValue, settings.MaxAhead.TotalMilliseconds + 1);
            sentMs += AudioPacket.SampleCount(packet, packet.Length) / 16.0;
        }

        Assert.Equal(3000, sentMs);
        Assert.Equal(AudioPacket.First, AudioPacket.Flags(recorder.Packets[0].Packet));
        Assert.Equal(AudioPacket.Last, AudioPacket.Flags(recorder.Packets[^1].Packet));
        Assert.All(recorder.Packets.Skip(1).SkipLast(1), p => Assert.Equal(0, AudioPacket.Flags(p.Packet)));
    }

    private static async Task SendAllAsync(AnswerSender sender, short[] sound)
    {
        await sender.SendAsync(sound, CancellationToken.None);
        await sender.EndAsync(CancellationToken.None);
    }

    private static AudioChunk Chunk(int sequence, short value) =>
        new(AudioCodec.Pcm16At16k, 0, sequence, 0, [.. Enumerable.Repeat(value, AudioFormat.PacketSamples)]);

    private static async IAsyncEnumerable<ChatResponseUpdate> Stream(params string[] pieces)
    {
        foreach (string piece in pieces)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
        }
    }
}
