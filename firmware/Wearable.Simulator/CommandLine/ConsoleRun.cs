using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Parts;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.CommandLine;

/// <summary>
/// One run of the simulator at the console: connect, say, hear the answer, say what happened. Every wait has a limit; the
/// first stage that does not come within its own ends the run with its name.
/// </summary>
public sealed class ConsoleRun(RunOptions options, TextWriter output, TextWriter errors)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WakeLimit = TimeSpan.FromSeconds(3);

    // The device's own limits (15 s of streaming, 20 s of thinking) end a turn before these do.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan PlaybackLimit = TimeSpan.FromSeconds(120);

    // The gate learns the room's noise before it hears a word in it.
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1.5);

    private const int RateStepBpmX10 = 30;

    private readonly Lock _gate = new();
    private DeviceMode? _lastMode;
    private int _wakes;
    private int _lastHeartState = -1;
    private int _lastRateBpmX10;
    private string _lastFault = "";

    /// <summary>Runs as the options say.</summary>
    /// <returns>0: answered, or ended as asked. 1: failed; standard error names the stage.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.Seconds is int seconds)
        {
            ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        string missing = "connection";
        try
        {
            short[] question = await QuestionAsync(ending.Token);
            await using SimulatedWearable wearable = new(WearableOptions());
            Watch(wearable);
            wearable.Start();

            // A long run shows where it stands.
            await using Timer? status = options.ChipSpeed is null ? null : new Timer(_ => Print($"status: {wearable.Load}"), null, StatusEvery, StatusEvery);
            try
            {
                await ConnectAsync(wearable, ending.Token);
                missing = options.HasQuestion ? "answer" : "";
                if (options.HasQuestion)
                {
                    await AskAsync(wearable, question, ending.Token);
                    missing = "";
                }

                if (options.Keep || !options.HasQuestion)
                {
                    await wearable.ReachesAsync(() => false, Timeout.InfiniteTimeSpan, ending.Token);
                }
            }
            finally
            {
                await wearable.StopAsync();
                TellLoad(wearable.Load);
            }

            return 0;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (missing.Length == 0)
            {
                return 0;
            }

            return await FailAsync(cancellation.IsCancellationRequested ? $"stopped before there was any {missing}" : $"no {missing} within --seconds {options.Seconds}");
        }
        catch (Exception error) when (error is RunException or WavException or InvalidDataException or DeviceCrashException)
        {
            return await FailAsync(error.Message);
        }
    }

    private async Task<int> FailAsync(string sentence)
    {
        await errors.WriteLineAsync(sentence);
        return 1;
    }

    /// <summary>All sound to be said, read before anything is started.</summary>
    private async Task<short[]> QuestionAsync(CancellationToken cancellation)
    {
        List<short> samples = [];
        foreach (string path in options.WavFiles)
        {
            samples.AddRange(WavFile.Read(path));
        }

        if (options.Say != null)
        {
            samples.AddRange(await GatewaySpeech.FetchAsync(options.Gateway, options.Say, options.Voice, cancellation));
        }

        if (options.HasQuestion && samples.Count == 0)
        {
            throw new RunException("say: the sound to be said is empty");
        }

        return [.. samples];
    }

    private SimulatedWearableOptions WearableOptions() => new()
    {
        Id = options.Id,
        BrokerHost = options.BrokerHost,
        BrokerPort = options.BrokerPort,
        Authority = options.Authority,
        User = options.User,
        Password = options.Password,
        Seed = options.Seed,
        NoiseDb = options.NoiseDb,
        Pulse = options.Pulse,
        UpCodec = options.UpCodec,
        ChipSpeed = options.ChipSpeed,
        Storage = options.Storage == null ? null : new FolderStorage(options.Storage),
    };

    private async Task ConnectAsync(SimulatedWearable wearable, CancellationToken cancellation)
    {
        Print($"{options.Id}: connecting to {options.BrokerHost}:{options.BrokerPort}");
        string told = "";
        bool Settled()
        {
            // A Wi-Fi that is still joining is no failure of the broker.
            string error = wearable.LinkState == LinkState.Down && wearable.Network.IsUp ? wearable.LinkError : "";
            if (options.Keep && error != told && error.Length > 0)
            {
                told = error;
                errors.WriteLine($"connect: {error}; trying again");
            }

            return wearable.LinkState == LinkState.Up || (error.Length > 0 && !options.Keep);
        }

        bool settled = await wearable.ReachesAsync(Settled, options.Keep ? Timeout.InfiniteTimeSpan : ConnectLimit, cancellation);
        if (!settled || wearable.LinkState != LinkState.Up)
        {
            string why = wearable.LinkError.Length > 0 ? wearable.LinkError : $"broker {options.BrokerHost}:{options.BrokerPort}: no connection within {ConnectLimit.TotalSeconds} s";
            throw new RunException($"connect: {why}");
        }

        Print($"{options.Id}: connected");
    }

    private async Task AskAsync(SimulatedWearable wearable, short[] question, CancellationToken cancellation)
    {
        await Task.Delay(SettleTime, cancellation);
        wearable.TakePlayed();
        Print($"saying {question.Length * 1000L / AudioFormat.SampleRateHz} ms of sound");
        int wakesBefore = _wakes;
        await wearable.SayAsync(question).WaitAsync(cancellation);
        if (!await wearable.ReachesAsync(() => _wakes > wakesBefore, WakeLimit, cancellation))
        {
            throw new RunException("wake: the wake word was not heard in what was said");
        }

        bool Played() => wearable.Timeline.FirstSamplePlayedMs != null;
        bool Over() => wearable.Mode is DeviceMode.Idle or DeviceMode.Muted;
        if (!await wearable.ReachesAsync(() => Played() || Over(), AnswerLimit, cancellation) || !Played())
        {
            string fault = _lastFault.Length > 0 ? $" (the device says: {_lastFault})" : "";
            throw new RunException($"answer: none came{fault}; the device is {Name(wearable.Mode)} again, is a gateway at this broker?");
        }

        if (!await wearable.ReachesAsync(() => Over() && !wearable.Speaker.IsPlaying, PlaybackLimit, cancellation))
        {
            throw new RunException($"playback: not finished after {PlaybackLimit.TotalSeconds} s");
        }

        await ReportAsync(wearable);
    }

    private async Task ReportAsync(SimulatedWearable wearable)
    {
        short[] answer = wearable.TakePlayed();
        Timeline times = wearable.Timeline;
        string response = times.ResponseMs is double ms ? $"{ms:0} ms after end of speech" : "with no voice to count from";
        Print($"answer: {answer.Length * 1000L / AudioFormat.SampleRateHz} ms of sound, first sound {response}");
        if (options.SaveAnswer is string path)
        {
            try
            {
                WavFile.Write(path, answer);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new RunException($"save: {path} cannot be written ({error.Message})", error);
            }

            await output.WriteLineAsync($"answer saved in {path}");
        }
    }

    private void TellLoad(ChipLoad load)
    {
        if (options.ChipSpeed is long speed && load.Passes > 0)
        {
            Print(FormattableString.Invariant($"chip at {speed} IL/s: {load}"));
            Print("by step: " + string.Join(", ", load.Steps.OrderByDescending(s => s.Value.Percent).Select(s => FormattableString.Invariant($"{s.Key} {s.Value.Percent:0.0} % (longest {s.Value.WorstMs:0.0} ms)"))));
        }
    }

    private void Watch(SimulatedWearable wearable)
    {
        wearable.Light.Changed += mode =>
        {
            if (_lastMode is DeviceMode last)
            {
                Print($"{Name(last)} -> {Name(mode)}");
            }

            _lastMode = mode;
        };
        wearable.Messages.Wake += wake =>
        {
            Interlocked.Increment(ref _wakes);
            Print($"woke: \"{wake.Word}\", score {wake.Score} (threshold {wake.Threshold}), {wake.LevelDb} dB, {wake.PreRollMs} ms of pre-roll");
        };
        wearable.Messages.Fault += fault =>
        {
            _lastFault = fault.What;
            Print($"fault: {fault.What}{(fault.Text.Length > 0 ? ", " + fault.Text : "")} ({fault.Count})");
        };
        wearable.Messages.Heart += TellHeart;
    }

    private void TellHeart(HeartMessage heart)
    {
        bool same = heart.State == _lastHeartState && Math.Abs((heart.HasRate ? heart.RateBpmX10 : 0) - _lastRateBpmX10) < RateStepBpmX10;
        if (same)
        {
            return;
        }

        _lastHeartState = heart.State;
        _lastRateBpmX10 = heart.HasRate ? heart.RateBpmX10 : 0;
        string state = HeartMessage.States[heart.State];
        Print(heart.HasRate ? $"heart rate: {heart.RateBpmX10 / 10.0:0.0} bpm, quality {heart.Quality} ({state})" : $"heart rate: none ({state})");
    }

    private static string Name(DeviceMode mode) => mode.ToString().ToLowerInvariant();

    private void Print(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }
}
