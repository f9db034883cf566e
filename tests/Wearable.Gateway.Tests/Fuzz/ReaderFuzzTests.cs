using System.Globalization;
using System.Text;
using CsCheck;
using Wearable.Contract;
using Wearable.Gateway.Mcp;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Pulse;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Tests.Support;
using Wearable.Simulator.Microphone;

namespace Wearable.Gateway.Tests.Fuzz;

/// <summary>
/// Readers under damaged input: the corpus's messages with bytes changed, cut out, doubled and put in, and plain noise. A reader may say no
/// in its own words; anything else it throws is a bug, and CsCheck prints the seed that shows it. WEARABLE_FUZZ is the number of inputs per
/// reader; the ordinary run is brief.
/// </summary>
public sealed class ReaderFuzzTests
{
    // 4,000 a reader take well under a second each.
    private static readonly long Inputs =
        long.TryParse(Environment.GetEnvironmentVariable("WEARABLE_FUZZ"), CultureInfo.InvariantCulture, out long given) ? given : 4000;

    // What JSON is made of, and what breaks readers of it.
    private static readonly string[] Words = ["null", "true", "-1", "1e9", "99999999999999999999", "\"\\u0000\"", "[", "]", "{", "}", ",", ":", "\"", "\\", "[[[[[[[[", "\u00ff", ""];

    public static TheoryData<TopicKind> Kinds => [.. Enum.GetValues<TopicKind>().Where(kind => PayloadReader.Reads(kind) && kind != TopicKind.AudioUp)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_is_read_or_refused_in_the_contracts_words(TopicKind kind)
    {
        byte[][] corpus = [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus", kind + ".txt")).Select(Encoding.UTF8.GetBytes)];
        foreach (byte[] whole in corpus)
        {
            PayloadReader.Read(kind, whole); // an undamaged one is read
        }

        Damaged(corpus).Sample(input => Try<WireException>(() => PayloadReader.Read(kind, input)), iter: Inputs);
    }

    [Fact]
    public void Sound_is_taken_and_decoded_or_refused_in_the_contracts_words()
    {
        byte[][] corpus = [.. new[] { AudioCodec.Pcm16At16k, AudioCodec.ImaAdpcmAt16k }.Select(Packet)];
        foreach (byte[] whole in corpus)
        {
            PayloadReader.Read(TopicKind.AudioUp, whole);
        }

        Damaged(corpus).Sample(input => Try<WireException>(() => PayloadReader.Read(TopicKind.AudioUp, input)), iter: Inputs);
    }

    [Fact]
    public void A_wav_file_is_read_or_refused_by_name()
    {
        byte[] whole = WavFile.ToBytes(new short[200]);
        Assert.Equal(200, WavFile.Parse(whole, "whole").Length);
        Damaged([whole]).Sample(input => Try<WavException>(() => WavFile.Parse(input, "damaged")), iter: Inputs);
    }

    [Fact]
    public void A_topic_is_of_the_contract_or_not()
    {
        Topics bear = new("bear");
        byte[][] corpus = [.. new[] { bear.Status, bear.Button, bear.AudioUp }.Select(Encoding.UTF8.GetBytes)];
        Damaged(corpus).Sample(input => TopicName.Parse(Encoding.UTF8.GetString(input)), iter: Inputs);
    }

    [Theory]
    [InlineData("safety.json", """{"standard":{"age":"child","quiet":["20:00-07:00"]},"devices":{"bear":{"age":"adult"}}}""")]
    [InlineData("heart.json", """{"devices":{"bear":{"age":9}}}""")]
    [InlineData("mcp.json", """{"mcpServers":{"files":{"command":"npx","args":["-y","files"],"env":{"A":"b"}},"far":{"url":"http://127.0.0.1:1/mcp"}}}""")]
    [InlineData("rules.json", """{"version":1,"rules":[{"id":"a","words":["b"]}]}""")]
    public void A_configuration_file_is_read_or_refused_by_name(string file, string whole)
    {
        Action<string> read = file switch
        {
            "safety.json" => json => SafetySettingsFile.Parse(json),
            "heart.json" => json => HeartSettings.Parse(json),
            "mcp.json" => json => McpServersFile.Parse(json),
            _ => json => RuleFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(json))),
        };
        Damaged([Encoding.UTF8.GetBytes(whole)]).Sample(
            input =>
            {
                try
                {
                    read(Encoding.UTF8.GetString(input));
                }
                catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException { InnerException: System.Text.Json.JsonException } || (file == "rules.json" && e is InvalidOperationException))
                {
                    // the loader turns these into one sentence with the file's name
                }
            },
            iter: Inputs);
    }

    // Whole requests through Kestrel: a hundredth of the inputs, one after another.
    [Theory]
    [InlineData("/api/topics/publish", """{"topic":"house/lamp","payload":"on","retain":false,"qos":1}""")]
    [InlineData("/api/memory/bear", """{"text":"likes apples"}""")]
    [InlineData("/mcp", """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wearables","arguments":{}}}""")]
    public async Task A_body_is_answered_or_refused_and_never_a_fault(string path, string whole)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        string login = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("bob:" + gateway.Get<Wearable.Gateway.Identity.UserAccounts>().Add("bob", Wearable.Gateway.Identity.UserRole.Admin)));
        HashSet<string> faults = [];
        Damaged([Encoding.UTF8.GetBytes(whole)]).Sample(
            input =>
            {
                using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(input) };
                request.Content.Headers.ContentType = new("application/json");
                request.Headers.TryAddWithoutValidation("Authorization", login);
                request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
                using HttpResponseMessage answer = gateway.Http.Send(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                if ((int)answer.StatusCode >= 500)
                {
                    faults.Add($"{(int)answer.StatusCode} for {Convert.ToHexString(input)}");
                }
            },
            iter: Math.Max(20, Inputs / 100),
            threads: 1);
        Assert.Empty(faults);
    }

    private static byte[] Packet(int codec)
    {
        byte[] packet = new byte[AudioPacket.HeaderBytes + AudioCodec.PacketBytes(codec)];
        AudioPacket.WriteHeader(packet, codec, 0, 7, 1_764_000_000_000);
        return packet;
    }

    private static Gen<byte[]> Damaged(byte[][] corpus)
    {
        Gen<byte[]> noise = Gen.Byte.Array[0, 600];
        Gen<Func<byte[], byte[]>> damage = Gen.Select(Gen.Int[0, 5], Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Int[1, 40]).Select(choice =>
        {
            (int what, int where, byte value, int length) = choice;
            return (Func<byte[], byte[]>)(bytes => Damage(bytes, what, where, value, length));
        });
        Gen<byte[]> changed = Gen.Select(Gen.Int[0, corpus.Length - 1], damage.Array[1, 8]).Select(choice => choice.Item2.Aggregate(corpus[choice.Item1], (bytes, one) => one(bytes)));
        return Gen.Frequency((9, changed), (1, noise));
    }

    private static byte[] Damage(byte[] bytes, int what, int where, byte value, int length)
    {
        int at = where % (bytes.Length + 1), end = Math.Min(bytes.Length, at + length);
        switch (what)
        {
            case 0 when at < bytes.Length: // another byte
                return [.. bytes[..at], value, .. bytes[(at + 1)..]];
            case 1 when at < bytes.Length: // one bit
                return [.. bytes[..at], (byte)(bytes[at] ^ (1 << (value & 7))), .. bytes[(at + 1)..]];
            case 2: // a piece is missing
                return [.. bytes[..at], .. bytes[end..]];
            case 3: // a piece twice
                return [.. bytes[..end], .. bytes[at..]];
            case 4: // the rest is missing
                return bytes[..at];
            default: // something of the language put in
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(Words[value % Words.Length]), .. bytes[at..]];
        }
    }

    private static void Try<TRefusal>(Action read)
        where TRefusal : Exception
    {
        try
        {
            read();
        }
        catch (TRefusal)
        {
            // its own way to say no
        }
    }
}
