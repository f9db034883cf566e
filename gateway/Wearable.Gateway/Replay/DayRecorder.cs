using System.Buffers;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Replay;

/// <summary>Listens at the gateway's broker and writes what passes of one wearable, line by line as it comes.</summary>
public static class DayRecorder
{
    // The wearable stops its light by itself; asked again in time it goes on.
    private const int AskMs = 60_000;
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    // A disk that stands still for longer than this many messages take ends the recording, it does not fill the memory.
    private const int MostWaiting = 20_000;

    /// <summary>Records until the time is over or it is stopped.</summary>
    /// <param name="host">The broker.</param>
    /// <param name="port">Its port.</param>
    /// <param name="device">The wearable.</param>
    /// <param name="file">Made anew, readable by this user only.</param>
    /// <param name="pulse">Ask for the light of its pulse sensor, without which a heart rate cannot be replayed.</param>
    /// <param name="sound">Record its microphone: only with the wearer's consent.</param>
    /// <param name="length">How long.</param>
    /// <param name="listens">Called as soon as it listens.</param>
    /// <param name="recorded">Called after each message that is written.</param>
    /// <param name="cancellation">Ends early; what came is kept.</param>
    /// <returns>Messages written.</returns>
    /// <exception cref="DayFileException">The broker cannot be reached or refuses.</exception>
    /// <exception cref="IOException">The file is there already or cannot be written.</exception>
    public static async Task<int> RecordAsync(string host, int port, string device, string file, bool pulse, bool sound, TimeSpan length, Action listens, Action<RecordedMessage> recorded, CancellationToken cancellation)
    {
        Topics topics = new(device);
        Channel<RecordedMessage> queue = Channel.CreateBounded<RecordedMessage>(MostWaiting);
        await using FileStream stream = PrivateFile.Open(file, FileMode.CreateNew);
        await using StreamWriter writer = new(stream) { NewLine = "\n" };
        await writer.WriteLineAsync(DayFile.Head(device, sound)).ConfigureAwait(false);
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += async received =>
        {
            MqttApplicationMessage message = received.ApplicationMessage;
            await queue.Writer.WriteAsync(new RecordedMessage(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), message.Topic, message.Payload.ToArray())).ConfigureAwait(false);
        };
        await ConnectAsync(client, host, port, topics, sound).ConfigureAwait(false);
        listens();
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(length);
        int written = 0;
        DateTimeOffset askAt = DateTimeOffset.MinValue;
        try
        {
            while (true)
            {
                if (pulse && DateTimeOffset.UtcNow >= askAt)
                {
                    askAt = DateTimeOffset.UtcNow + AskAgain;
                    await AskAsync(client, topics, AskMs).ConfigureAwait(false);
                }

                using CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
                wait.CancelAfter(TimeSpan.FromSeconds(5));
                if (await NextAsync(queue.Reader, wait.Token, over.Token).ConfigureAwait(false) is RecordedMessage message)
                {
                    await WriteAsync(message).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        if (pulse && client.IsConnected)
        {
            await AskAsync(client, topics, 0).ConfigureAwait(false);
        }

        while (queue.Reader.TryRead(out RecordedMessage? message))
        {
            await WriteAsync(message).ConfigureAwait(false);
        }

        return written;

        async Task WriteAsync(RecordedMessage message)
        {
            if (DayFile.Line(device, message) is string line)
            {
                await writer.WriteLineAsync(line).ConfigureAwait(false);
                written++;
                recorded(message);
            }
        }
    }

    private static async Task<RecordedMessage?> NextAsync(ChannelReader<RecordedMessage> queue, CancellationToken wait, CancellationToken over)
    {
        try
        {
            return await queue.ReadAsync(wait).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!over.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task ConnectAsync(IMqttClient client, string host, int port, Topics topics, bool sound)
    {
        try
        {
            MqttClientOptions options = new MqttClientOptionsBuilder().WithTcpServer(host, port).WithClientId("replay_" + Guid.NewGuid().ToString("N")[..8]).WithTimeout(TimeSpan.FromSeconds(10)).Build();
            MqttClientConnectResult result = await client.ConnectAsync(options).ConfigureAwait(false);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new DayFileException($"the broker at {host}:{port} refused: {result.ResultCode}");
            }

            await client.SubscribeAsync(Topics.Root + topics.DeviceId + "/#", MqttQualityOfServiceLevel.AtLeastOnce).ConfigureAwait(false);
            if (sound)
            {
                await client.SubscribeAsync(topics.AudioUp).ConfigureAwait(false);
            }
        }
        catch (MqttCommunicationException e)
        {
            throw new DayFileException($"no gateway at {host}:{port}: start it first ({(e.InnerException ?? e).Message.TrimEnd('.')})");
        }
    }

    private static Task AskAsync(IMqttClient client, Topics topics, int ms)
    {
        CommandMessage command = new() { Id = "replay", SentMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), TimeToLiveMs = DeviceSender.DefaultTimeToLiveMs, HasDuration = true, DurationMs = ms };
        WireWriter writer = new();
        command.Write(writer);
        return client.PublishAsync(new MqttApplicationMessage { Topic = topics.Command(CommandNames.Raw), PayloadSegment = writer.ToArray(), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce });
    }
}
