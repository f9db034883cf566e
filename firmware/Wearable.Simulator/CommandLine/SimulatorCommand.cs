using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Wearable.Contract;
using Wearable.Simulator.Microphone;

namespace Wearable.Simulator.CommandLine;

/// <summary>The command line of the simulator. A wrong one is told in one sentence on standard error, exit code 2.</summary>
public sealed class SimulatorCommand
{
    /// <summary>Longest text the gateway speaks at once.</summary>
    public const int MaxSayLength = 300;

    private readonly Option<string?> _broker = new("--broker") { Description = "MQTT broker; mqtts:// is TLS and wants --ca. [default: 127.0.0.1:1883]", HelpName = "[mqtts://]HOST:PORT" };
    private readonly Option<string?> _ca = new("--ca") { Description = "The gateway's certificate authority (ca.pem): only a server of it is believed.", HelpName = "FILE" };
    private readonly Option<string?> _device = new("--device") { Description = "Folder of `device add`: id, broker, account and authority as a board gets them.", HelpName = "FOLDER" };
    private readonly Option<string?> _gateway = new("--gateway") { Description = "Where the gateway speaks --say from. [default: http://HOST:5080]", HelpName = "URL" };
    private readonly Option<string?> _id = new("--id") { Description = "Device id. [default: sim-1]", HelpName = "ID" };
    private readonly Option<string?> _user = new("--user") { Description = "Broker account.", HelpName = "NAME" };
    private readonly Option<string?> _password = new("--password") { Description = "Broker password.", HelpName = "TEXT" };
    private readonly Option<string?> _say = new("--say") { Description = "Say this into the microphone, wait for the answer, leave with 0 if it was played.", HelpName = "TEXT" };
    private readonly Option<string> _voice = new("--voice") { Description = "Voice of --say.", HelpName = "NAME", DefaultValueFactory = _ => "awb" };
    private readonly Option<string[]> _wav = new("--wav") { Description = "Play this file into the microphone (16 kHz, mono, 16-bit); may repeat; --say follows.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "No background noise at all." };
    private readonly Option<string?> _noise = new("--noise") { Description = $"Background noise, dB below full scale. [default: {BackgroundNoise.QuietRoomDb}]", HelpName = "DB" };
    private readonly Option<string?> _pulse = new("--pulse") { Description = "Rate of the synthetic pulse. [default: 72]", HelpName = "BPM" };
    private readonly Option<string?> _pulseWave = new("--pulse-wave") { Description = "A recorded pulse instead.", HelpName = "FILE.i32" };
    private readonly Option<bool> _noFinger = new("--no-finger") { Description = "Nobody touches the pulse sensor." };
    private readonly Option<bool> _motion = new("--motion") { Description = "The hand moves." };
    private readonly Option<bool> _noMotionSensor = new("--no-motion-sensor") { Description = "The board has no accelerometer." };
    private readonly Option<string?> _seed = new("--seed") { Description = "Seed of noise and pulse. [default: 1]", HelpName = "NUMBER" };
    private readonly Option<string?> _chipSpeed = new("--chip-speed") { Description = "Let computing take the time it takes a chip of this many IL instructions a second (2000000: the plan for 240 MHz), and say at the end how the loop kept up.", HelpName = "IL/S" };
    private readonly Option<string?> _upCodec = new("--up-codec") { Description = "Codec of the sound sent: 0 PCM16, 30 IMA ADPCM. [default: the firmware's own]", HelpName = "0|30" };
    private readonly Option<string?> _saveAnswer = new("--save-answer") { Description = "Write the played answer here.", HelpName = "FILE.wav" };
    private readonly Option<string?> _storage = new("--storage") { Description = "Folder for the device's own files; without it they end with the process.", HelpName = "FOLDER" };
    private readonly Option<string?> _seconds = new("--seconds") { Description = "End after this long.", HelpName = "N" };
    private readonly Option<bool> _keep = new("--keep") { Description = "Keep running after the answer, and keep trying while there is no broker." };
    private readonly RootCommand _root;

    /// <summary>Makes the command.</summary>
    /// <param name="run">Does what was asked for; returns the exit code.</param>
    public SimulatorCommand(Func<RunOptions, CancellationToken, Task<int>> run)
    {
        _root = new RootCommand("A wearable without hardware: the same firmware, with a microphone, a speaker and a pulse sensor made of software.")
        {
            _broker, _ca, _device, _say, _wav, _voice, _gateway, _quiet, _noise, _pulse, _pulseWave, _noFinger, _motion, _noMotionSensor,
            _id, _user, _password, _seed, _chipSpeed, _upCodec, _saveAnswer, _storage, _seconds, _keep,
        };
        _root.SetAction((parsed, cancellation) => run(OptionsOf(parsed), cancellation));
    }

    /// <summary>Parses and runs.</summary>
    /// <returns>0 done, 1 something on the way failed, 2 the command line is wrong.</returns>
    public async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter errors)
    {
        ParseResult parsed = _root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await errors.WriteLineAsync(parsed.Errors[0].Message);
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = errors });
        }
        catch (OptionException wrong)
        {
            await errors.WriteLineAsync(wrong.Message);
            return 2;
        }
    }

    private RunOptions OptionsOf(ParseResult parsed)
    {
        Connection to = ConnectionOf(parsed);
        return new RunOptions
        {
            BrokerHost = to.Host,
            BrokerPort = to.Port,
            Authority = to.Authority,
            Gateway = GatewayUrl(parsed.GetValue(_gateway) ?? $"http://{(to.Host.Contains(':') ? $"[{to.Host}]" : to.Host)}:5080"),
            Id = to.Id,
            User = to.User,
            Password = to.Password,
            Say = Text(parsed.GetValue(_say)),
            Voice = parsed.GetValue(_voice)!,
            WavFiles = parsed.GetValue(_wav) ?? [],
            NoiseDb = NoiseOf(parsed),
            Pulse = PulseOf(parsed),
            Seed = Whole(_seed, parsed.GetValue(_seed), int.MinValue, int.MaxValue) ?? 1,
            ChipSpeed = Whole(_chipSpeed, parsed.GetValue(_chipSpeed), 10_000, 2_000_000_000),
            UpCodec = CodecOf(parsed.GetValue(_upCodec)),
            SaveAnswer = parsed.GetValue(_saveAnswer),
            Storage = parsed.GetValue(_storage),
            Seconds = Whole(_seconds, parsed.GetValue(_seconds), 1, 1_000_000),
            Keep = parsed.GetValue(_keep),
        };
    }

    private Connection ConnectionOf(ParseResult parsed)
    {
        string? broker = parsed.GetValue(_broker), ca = parsed.GetValue(_ca), id = parsed.GetValue(_id), user = parsed.GetValue(_user), password = parsed.GetValue(_password);
        if (parsed.GetValue(_device) is string folder)
        {
            return (broker ?? ca ?? id ?? user ?? password) == null
                ? DeviceFolder.Read(folder)
                : throw new OptionException("--device excludes --broker, --ca, --id, --user and --password: the folder has them all");
        }

        (string host, int port, bool tls) = Broker(broker ?? "127.0.0.1:1883");
        if (tls != (ca != null))
        {
            throw new OptionException(tls ? "--broker mqtts:// needs --ca FILE: the ca.pem of the gateway's data folder" : "--ca needs --broker mqtts://HOST:PORT");
        }

        return new Connection(Id(id ?? "sim-1"), host, port, user, password, ca == null ? null : DeviceFolder.ReadAuthority(ca));
    }

    private double NoiseOf(ParseResult parsed)
    {
        string? text = parsed.GetValue(_noise);
        if (parsed.GetValue(_quiet))
        {
            return text == null ? double.NegativeInfinity : throw new OptionException("--quiet and --noise exclude each other");
        }

        return Number(_noise, text, -96, -10) ?? BackgroundNoise.QuietRoomDb;
    }

    private PulseOptions PulseOf(ParseResult parsed)
    {
        string? rate = parsed.GetValue(_pulse);
        string? wave = parsed.GetValue(_pulseWave);
        bool noFinger = parsed.GetValue(_noFinger);
        if ((rate != null ? 1 : 0) + (wave != null ? 1 : 0) + (noFinger ? 1 : 0) > 1)
        {
            throw new OptionException("--pulse, --pulse-wave and --no-finger exclude each other");
        }

        return new PulseOptions
        {
            RateBpm = Number(_pulse, rate, 30, 220) ?? new PulseOptions().RateBpm,
            WaveFile = wave,
            Finger = !noFinger,
            Motion = parsed.GetValue(_motion),
            MotionSensor = !parsed.GetValue(_noMotionSensor),
        };
    }

    private static int? CodecOf(string? text) => text switch
    {
        null => null,
        "30" => AudioCodec.ImaAdpcmAt16k,
        "0" => AudioCodec.Pcm16At16k,
        _ => throw new OptionException($"--up-codec: 0 or 30 expected, got \"{text}\""),
    };

    private static (string Host, int Port, bool Tls) Broker(string given)
    {
        // HOST, HOST:PORT or [IPV6]:PORT, with or without mqtt:// or mqtts://.
        bool tls = given.StartsWith("mqtts://", StringComparison.Ordinal);
        string text = tls ? given["mqtts://".Length..] : given.StartsWith("mqtt://", StringComparison.Ordinal) ? given["mqtt://".Length..] : given;
        int colon = text.LastIndexOf(':');
        bool hasPort = colon >= 0 && !text.EndsWith(']');
        string host = (hasPort ? text[..colon] : text).Trim('[', ']');
        int port = tls ? 8883 : 1883;
        if (host.Length == 0 || host.Contains('/') || (hasPort && (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)))
        {
            throw new OptionException($"--broker: HOST:PORT with a port from 1 to 65535 expected, got \"{given}\"");
        }

        return (host, port, tls);
    }

    private static Uri GatewayUrl(string text)
    {
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw new OptionException($"--gateway: an http:// address expected, got \"{text}\"");
    }

    private static string Id(string text)
    {
        return Ids.IsValid(text) ? text : throw new OptionException($"--id: 1 to {Ids.MaxLength} of a-z, 0-9 and - expected, got \"{text}\"");
    }

    private static string? Text(string? text)
    {
        return text == null || (text.Trim().Length > 0 && text.Length <= MaxSayLength)
            ? text
            : throw new OptionException($"--say: 1 to {MaxSayLength} characters expected, got {text.Trim().Length}");
    }

    private static int? Whole(Option option, string? text, int min, int max)
    {
        return text == null ? null
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max ? value
            : throw new OptionException($"{option.Name}: a whole number from {min} to {max} expected, got \"{text}\"");
    }

    private static double? Number(Option option, string? text, double min, double max)
    {
        return text == null ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max ? value
            : throw new OptionException($"{option.Name}: a number from {min} to {max} expected, got \"{text}\"");
    }
}

/// <summary>An option means nothing the simulator can do; the message says which and what was wanted.</summary>
public sealed class OptionException(string message) : Exception(message);
