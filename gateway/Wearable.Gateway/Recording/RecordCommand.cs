using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Pulse;

namespace Wearable.Gateway.Recording;

/// <summary>
/// The verb <c>record</c>: asks a wearable (a board or a simulated one) for its sensor's light through the running gateway and writes it as a
/// recording that <c>bench -- heart FOLDER</c> reads. <c>record label</c> puts a chest strap's reference beside one.
/// </summary>
public sealed class RecordCommand
{
    private const int MostSeconds = 3600;

    // The wearable stops by itself; asked again in time it goes on.
    private const int AskMs = 60_000, AskAgainMs = 30_000;
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(15);

    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Option<string> _device = new("--device") { Description = "The wearable.", Required = true, HelpName = "ID" };
    private readonly Option<int> _seconds = new("--seconds") { Description = $"How long, 10 to {MostSeconds}.", DefaultValueFactory = _ => 120, HelpName = "N" };
    private readonly Option<string> _out = new("--out") { Description = "Folder of the recordings; keep it out of reach of others, it is about a body.", Required = true, HelpName = "FOLDER" };
    private readonly Option<string?> _name = new("--name") { Description = "Name of the recording; own_ and the time when not given.", HelpName = "NAME" };
    private readonly Option<string> _kind = new("--kind") { Description = "finger or wrist.", DefaultValueFactory = _ => "finger", HelpName = "KIND" };
    private readonly Option<string?> _reference = new("--reference") { Description = "CSV of a chest strap (time,bpm or time,rr_ms), read when the recording ends.", HelpName = "FILE" };
    private readonly Option<string> _broker = new("--broker") { Description = "Where the gateway's broker is.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "HOST" };
    private readonly Argument<string> _recording = new("recording") { Description = "The recording's NAME.json." };
    private readonly Option<string> _labelReference = new("--reference") { Description = "CSV of a chest strap: time,bpm or time,rr_ms.", Required = true, HelpName = "FILE" };

    private RecordCommand(Func<ParseResult, GatewayOptions> optionsOf) => _optionsOf = optionsOf;

    /// <summary>Makes the verb.</summary>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf) => new RecordCommand(optionsOf).Make();

    /// <summary>Records until the time is over or no sample came for 15 s.</summary>
    /// <param name="host">Broker.</param>
    /// <param name="port">Its port.</param>
    /// <param name="deviceId">The wearable.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellation">Ends early; what came is kept.</param>
    /// <exception cref="ReferenceException">The broker or the wearable does not answer.</exception>
    public static async Task<RawRecording> CaptureAsync(string host, int port, string deviceId, double seconds, CancellationToken cancellation = default)
    {
        Topics topics = new(deviceId);
        RawRecording recording = new();
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SemaphoreSlim arrived = new(0);
        string? refused = null;
        WireReader reader = new();
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += received =>
        {
            byte[] payload = received.ApplicationMessage.Payload.ToArray();
            try
            {
                reader.Load(received.ApplicationMessage.Topic == topics.Ack ? "ack" : "tele/raw", payload, payload.Length);
                if (received.ApplicationMessage.Topic == topics.Ack)
                {
                    AckMessage ack = new();
                    ack.Read(reader);
                    refused = !ack.Ok && ack.CommandId.StartsWith("rec-", StringComparison.Ordinal) ? $"{ack.Code}: {ack.Text}" : refused;
                }
                else
                {
                    RawPulseMessage raw = new();
                    raw.Read(reader);
                    recording.Take(raw, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                }
            }
            catch (WireException e)
            {
                refused = e.Message;
            }

            if (refused is not null || recording.Samples >= seconds * RawRecording.RateHz / 2)
            {
                done.TrySetResult();
            }

            arrived.Release();
            return Task.CompletedTask;
        };
        await ConnectAsync(client, host, port, topics, cancellation).ConfigureAwait(false);
        try
        {
            int asked = 0;
            long askAt = 0;
            while (!done.Task.IsCompleted && !cancellation.IsCancellationRequested)
            {
                if (Environment.TickCount64 >= askAt)
                {
                    await AskAsync(client, topics, ++asked, AskMs).ConfigureAwait(false);
                    askAt = Environment.TickCount64 + AskAgainMs;
                }

                if (!await arrived.WaitAsync(SilenceLimit, cancellation).ConfigureAwait(false))
                {
                    break;
                }
            }

            await AskAsync(client, topics, 0, 0).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What came until now is the recording.
        }

        if (refused is not null || recording.Samples == 0)
        {
            throw new ReferenceException(refused is not null ? $"{deviceId} does not send its light: {refused}" : $"{deviceId}: no light came for {SilenceLimit.TotalSeconds:0} s; is it connected, and does somebody touch its sensor?");
        }

        return recording;
    }

    private static async Task ConnectAsync(IMqttClient client, string host, int port, Topics topics, CancellationToken cancellation)
    {
        try
        {
            MqttClientOptions options = new MqttClientOptionsBuilder().WithTcpServer(host, port).WithClientId("record_" + Guid.NewGuid().ToString("N")[..8]).WithTimeout(TimeSpan.FromSeconds(10)).Build();
            MqttClientConnectResult result = await client.ConnectAsync(options, cancellation).ConfigureAwait(false);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new ReferenceException($"the broker at {host}:{port} refused: {result.ResultCode}");
            }

            await client.SubscribeAsync(topics.RawPulse, MqttQualityOfServiceLevel.AtMostOnce, cancellation).ConfigureAwait(false);
            await client.SubscribeAsync(topics.Ack, MqttQualityOfServiceLevel.AtLeastOnce, cancellation).ConfigureAwait(false);
        }
        catch (MqttCommunicationException e)
        {
            throw new Tool.ToolException(Tool.ToolExit.NoGateway, $"no gateway at {host}:{port}: start it with \"wearable\" ({(e.InnerException ?? e).Message.TrimEnd('.')}).");
        }
    }

    private static Task AskAsync(IMqttClient client, Topics topics, int number, int ms)
    {
        CommandMessage command = new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"rec-{number}"),
            SentMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            TimeToLiveMs = 10_000,
            HasDuration = true,
            DurationMs = ms,
        };
        WireWriter writer = new();
        command.Write(writer);
        return client.PublishAsync(new MqttApplicationMessage { Topic = topics.Command(CommandNames.Raw), PayloadSegment = writer.ToArray(), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce });
    }

    private Command Make()
    {
        Command label = new("label", "Puts a chest strap's readings beside a recording, as its reference.") { _recording, _labelReference };
        label.SetAction(parsed => Guarded(parsed, () => Label(parsed.GetRequiredValue(_recording), parsed.GetRequiredValue(_labelReference), parsed.InvocationConfiguration.Output)));
        Command record = new("record", "Records the light of a wearable's pulse sensor through the running gateway. Not a medical device.")
        {
            _device, _seconds, _out, _name, _kind, _reference, _broker,
        };
        record.Subcommands.Add(label);
        record.SetAction(RecordAsync);
        return record;
    }

    private static int Guarded(ParseResult parsed, Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception e) when (e is ReferenceException or IOException or UnauthorizedAccessException)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Label(string infoFile, string csvFile, TextWriter output) =>
        output.WriteLine($"{ReferenceFile.Attach(infoFile, csvFile)} windows of 8 s have a reference now.");

    private async Task<int> RecordAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string device = parsed.GetRequiredValue(_device);
        string name = parsed.GetValue(_name) ?? "own_" + DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture);
        string kind = parsed.GetRequiredValue(_kind);
        int seconds = parsed.GetValue(_seconds);
        string folder = Path.GetFullPath(parsed.GetRequiredValue(_out));
        string problem = !Ids.IsValid(device) ? $"--device: an id of a-z, 0-9 and - expected, got \"{device}\""
            : name.Length is 0 or > 64 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) ? $"--name: letters, digits, - and _ expected, got \"{name}\""
            : kind is not ("finger" or "wrist") ? $"--kind: finger or wrist expected, got \"{kind}\""
            : seconds is < 10 or > MostSeconds ? $"--seconds: 10 to {MostSeconds} expected, got {seconds}"
            : File.Exists(Path.Combine(folder, name + ".i32")) ? $"{Path.Combine(folder, name)}.i32 is there already: choose another --name" : "";
        if (problem.Length > 0)
        {
            return Guarded(parsed, () => throw new ReferenceException(problem));
        }

        TextWriter output = parsed.InvocationConfiguration.Output;
        RawRecording recording;
        try
        {
            output.WriteLine($"Recording {device} for {seconds} s. Keep the finger still; {HeartRow.Notice.ToLowerInvariant()}.");
            recording = await CaptureAsync(parsed.GetRequiredValue(_broker), _optionsOf(parsed).MqttPort, device, seconds, cancellation).ConfigureAwait(false);
        }
        catch (ReferenceException e)
        {
            return Guarded(parsed, () => throw e);
        }
        catch (Tool.ToolException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return e.Exit;
        }

        return Guarded(parsed, () =>
        {
            int instants = recording.Save(folder, name, kind);
            output.WriteLine($"{Path.Combine(folder, name)}.i32: {instants / (double)RawRecording.RateHz:0.0} s, {recording.Samples} samples, {recording.Lost} lost, {recording.Restarts} restarts of the sensor");
            if (parsed.GetValue(_reference) is string reference)
            {
                Label(Path.Combine(folder, name + ".json"), reference, output);
            }
        });
    }
}
