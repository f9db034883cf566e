using System.CommandLine;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Firmware.Voice;

namespace Wearable.Gateway.Devices;

/// <summary>
/// The verb <c>wake-model</c>: gives a wearable another wake-word model, without touching its code. The model waits at the broker (retained)
/// until the wearable is there; it keeps it and starts again with it.
/// </summary>
public sealed class WakeModelCommand
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Option<string> _device = new("--device") { Description = "The wearable.", Required = true, HelpName = "ID" };
    private readonly Option<string?> _file = new("--file") { Description = "Model made by the training tool (train --out FILE.model).", HelpName = "FILE" };
    private readonly Option<bool> _shipped = new("--shipped") { Description = "Back to the model that came with the firmware." };
    private readonly Option<string> _broker = new("--broker") { Description = "Where the gateway's broker is.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "HOST" };

    private WakeModelCommand(Func<ParseResult, GatewayOptions> optionsOf) => _optionsOf = optionsOf;

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf) => new WakeModelCommand(optionsOf).Make();

    private Command Make()
    {
        Command command = new("wake-model", "Gives a wearable another wake-word model through the running gateway.") { _device, _file, _shipped, _broker };
        command.SetAction(SendAsync);
        return command;
    }

    private async Task<int> SendAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string device = parsed.GetRequiredValue(_device);
        string? file = parsed.GetValue(_file);
        TextWriter output = parsed.InvocationConfiguration.Output;
        try
        {
            if (!Ids.IsValid(device))
            {
                throw new DeviceRefusedException($"--device: an id of a-z, 0-9 and - expected, got \"{device}\".");
            }

            if (file is null != parsed.GetValue(_shipped))
            {
                throw new DeviceRefusedException("--file FILE or --shipped expected, one of them.");
            }

            byte[] bytes = file is null ? [] : ReadChecked(file, output);
            await PublishAsync(parsed.GetRequiredValue(_broker), _optionsOf(parsed).MqttPort, new Topics(device).WakeModel, bytes, cancellation).ConfigureAwait(false);
            output.WriteLine($"Waits for {device} at the broker; it starts again with it when it is idle. Its info then names the model.");
            return 0;
        }
        catch (DeviceRefusedException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return 1;
        }
        catch (Tool.ToolException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return e.Exit;
        }
    }

    private static byte[] ReadChecked(string file, TextWriter output)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(file);
            WakeModel model = WakeModelFile.Read(bytes, bytes.Length);
            output.WriteLine($"{model.Version}: \"{string.Join("\", \"", model.Words)}\", thresholds {string.Join(", ", model.Thresholds)}, {bytes.Length} bytes");
            return bytes;
        }
        catch (ArgumentException e)
        {
            throw new DeviceRefusedException($"{file}: {e.Message}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceRefusedException($"--file: {file} cannot be read ({e.Message.TrimEnd('.')}).");
        }
    }

    private static async Task PublishAsync(string host, int port, string topic, byte[] bytes, CancellationToken cancellation)
    {
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        try
        {
            MqttClientConnectResult connected = await client.ConnectAsync(
                new MqttClientOptionsBuilder().WithTcpServer(host, port).WithClientId("model_" + Guid.NewGuid().ToString("N")[..8]).WithTimeout(ConnectLimit).Build(), cancellation).ConfigureAwait(false);
            if (connected.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new DeviceRefusedException($"the broker at {host}:{port} refused: {connected.ResultCode}.");
            }

            MqttClientPublishResult published = await client.PublishAsync(
                new MqttApplicationMessage { Topic = topic, PayloadSegment = bytes, QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce, Retain = true }, cancellation).ConfigureAwait(false);
            if (!published.IsSuccess)
            {
                throw new DeviceRefusedException($"the broker at {host}:{port} did not take it: {published.ReasonCode}.");
            }

            await client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellation).ConfigureAwait(false);
        }
        catch (MqttCommunicationException e)
        {
            throw new Tool.ToolException(Tool.ToolExit.NoGateway, $"no gateway at {host}:{port}: start it with \"wearable\" ({(e.InnerException ?? e).Message.TrimEnd('.')}).");
        }
    }
}
