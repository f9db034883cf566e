using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Wearable.Contract;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Bench.Cluster;

/// <summary>What happens to the first gateway.</summary>
internal enum Mishap
{
    /// <summary>Killed without a word and started again.</summary>
    Killed,

    /// <summary>Stopped and started again by its operator, and every other gateway after it.</summary>
    Rolled,

    /// <summary>Cut off from everything for longer than the others wait for it, and then back.</summary>
    CutOff,
}

/// <summary>Which cores the gateways have.</summary>
internal enum Cores
{
    /// <summary>All that there are.</summary>
    Any,

    /// <summary>All gateways together the first one.</summary>
    OneForAll,

    /// <summary>The first gateway has the first core for itself; everything else has the second. Its cost is what counts.</summary>
    OneForTheFirst,
}

/// <summary>How large.</summary>
internal sealed record ClusterPlan(int Gateways, int Wearables, int Talkers)
{
    /// <summary>Wearables that ask for an answer until they get one after a gateway was lost.</summary>
    public int Probes { get; init; } = 300;

    /// <summary>Each wearable's pulse (QoS 0) and event (QoS 1) come this often.</summary>
    public TimeSpan TellsEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What happens.</summary>
    public Mishap Mishap { get; init; }

    /// <summary>Load before the gateway is killed.</summary>
    public TimeSpan Before { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the gateways know of each other; else there is one, alone.</summary>
    public bool Clustered { get; init; } = true;

    /// <summary>Which cores the gateways have.</summary>
    public Cores Cores { get; init; }

    /// <summary>Folder for what each gateway wrote; null: nowhere.</summary>
    public string? Logs { get; init; }

    /// <summary>Receives what happens.</summary>
    public Action<string> Log { get; init; } = _ => { };
}

/// <summary>What was seen.</summary>
/// <param name="Acknowledged">Events that the broker acknowledged to wearables.</param>
/// <param name="Lost">Of these, not in the database at the end.</param>
/// <param name="Doubled">In the database twice.</param>
/// <param name="RecoverSeconds">From the kill until the last probe was answered.</param>
/// <param name="Unanswered">Probes that were not answered within 30 s.</param>
/// <param name="Answered">Conversations that ended with an answer.</param>
/// <param name="Apologised">With one honest sentence.</param>
/// <param name="Silent">With nothing.</param>
/// <param name="InFlight">Of all, those under way when the gateway was killed.</param>
/// <param name="Homes">Homes per gateway before the kill, after it, and after the restart.</param>
internal sealed record ClusterResult(
    int Acknowledged, int Lost, int Doubled, double RecoverSeconds, int Unanswered, int Answered, int Apologised, int Silent, int InFlight, string Homes, bool Spread);

/// <summary>
/// Gateways, mosquitto and PostgreSQL on this machine, wearables at protocol level: one gateway is killed without a word while people talk, and
/// started again.
/// </summary>
internal sealed class ClusterScenario : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly ClusterPlan _plan;
    private readonly string _data = Directory.CreateTempSubdirectory("wearable-cluster-").FullName;
    private readonly List<ClusterNode> _nodes = [];
    private readonly List<RawWearable> _wearables = [];
    private readonly ConcurrentBag<(Ending Ending, string Why, double Seconds)> _turns = [];
    private readonly CancellationTokenSource _over = new();
    private PostgresServer _postgres = null!;
    private Mosquitto _mosquitto = null!;
    private string _place = "";

    private ClusterScenario(ClusterPlan plan) => _plan = plan;

    public static async Task<ClusterResult> RunAsync(ClusterPlan plan)
    {
        await using ClusterScenario scenario = new(plan);
        await scenario.PrepareAsync();
        return await scenario.RunAsync();
    }

    /// <summary>Processor time of the gateways for a message and for a conversation.</summary>
    public static async Task<(double MessageUs, double TurnMs, double IdlePercent)> CostAsync(ClusterPlan plan, TimeSpan time, int turns)
    {
        await using ClusterScenario scenario = new(plan);
        await scenario.PrepareAsync();
        return await scenario.MeasureAsync(time, turns);
    }

    /// <summary>The words of the question, in a person's voice.</summary>
    public static async Task<short[]> QuestionAsync()
    {
        ModelFiles files = await new ModelStore(new ModelStoreOptions()).EnsureAsync();
        using FliteTextToSpeech voice = new(files.PathOf("flite"), files.CompiledFolder);
        return (await voice.SpeakAsync("What time is it?", new SpeakingStyle("rms"))).Samples;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (ClusterNode node in _plan.Logs is null ? [] : _nodes)
        {
            await File.WriteAllTextAsync(Path.Combine(_plan.Logs!, node.Name + ".log"), node.Said);
        }

        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. _wearables, .. _nodes])
        {
            part.Dispose();
        }

        _mosquitto?.Dispose();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
        _over.Dispose();
    }

    private static string Line(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);

    private async Task PrepareAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        _place = await _postgres.NewDatabaseAsync();
        _mosquitto = await Mosquitto.StartAsync(fleet: true) ?? throw new IOException("mosquitto expected (apt-get install mosquitto), not found");
        for (int i = 1; i <= _plan.Gateways; i++)
        {
            string password = new NpgsqlConnectionStringBuilder(_place["postgres:".Length..]).Password!;
            string place = "postgres:" + new NpgsqlConnectionStringBuilder(_place["postgres:".Length..]) { Password = null }.ConnectionString;
            _nodes.Add(new ClusterNode($"gateway-{i}", [
                "--broker", Line($"mqtt://127.0.0.1:{_mosquitto.Port}"), "--store", place, "--node", Line($"g{i}"),
                "--http-port", "0", "--data", Path.Combine(_data, Line($"g{i}")), "--max-devices", Line($"{_plan.Wearables + 64}"),
                .. _plan.Clustered ? ["--cluster", Line($"127.0.0.1:{Mosquitto.FreePort()}")] : Array.Empty<string>()], password, CoresOf(i)));
        }

        Stopwatch watch = Stopwatch.StartNew();
        foreach (ClusterNode node in _nodes)
        {
            await node.StartAsync(_over.Token);
        }

        _plan.Log(Line($"{_nodes.Count} gateways, mosquitto and PostgreSQL are there after {watch.Elapsed.TotalSeconds:0.0} s"));
        await Parallel.ForAsync(0, _plan.Wearables, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellation) =>
        {
            RawWearable wearable = await RawWearable.ConnectAsync(_mosquitto.Port, Line($"bench-{i}"), cancellation);
            lock (_wearables)
            {
                _wearables.Add(wearable);
            }
        });
        await UntilAsync(async () => (await HomesAsync()).Sum() == _plan.Wearables, "every wearable has a home");
        _plan.Log(Line($"{_plan.Wearables} wearables are at home after {watch.Elapsed.TotalSeconds:0.0} s: {string.Join(" + ", await HomesAsync())}"));
    }

    private nint? CoresOf(int gateway) => _plan.Cores switch { Cores.Any => null, Cores.OneForAll => 1, _ => gateway == 1 ? 1 : 2 };

    private async Task<ClusterResult> RunAsync()
    {
        using CancellationTokenSource telling = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        using CancellationTokenSource talking = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        Task[] tellers = [.. _wearables.Select((wearable, i) => TellAsync(wearable, i, telling.Token))];
        short[] question = await QuestionAsync();
        Talker[] talkers = await Task.WhenAll(_wearables.Take(_plan.Talkers).Select(wearable => Talker.OfAsync(wearable, question)));
        Prober[] probers = await Task.WhenAll(_wearables.Skip(_plan.Talkers).Take(_plan.Probes).Select(Prober.OfAsync));
        Task[] talks = [.. talkers.Select((talker, i) => TalkAsync(talker, i, talking.Token))];
        await Task.Delay(_plan.Before, _over.Token);
        await UntilAsync(() => Task.FromResult(talkers.Count(talker => talker.IsAsking) > _plan.Talkers / 2), "half of the people talk");

        int[] before = await HomesAsync();
        int inFlight = talkers.Count(talker => talker.IsAsking);
        int turnsBefore = _turns.Count;
        string what = _plan.Mishap switch { Mishap.Rolled => "is stopped", Mishap.CutOff => "is cut off", _ => "was killed" };
        _plan.Log(Line($"{_nodes[0].Name} {what}, home of {before[0]}, in the middle of {inFlight} conversations ({turnsBefore} were over)"));
        long since = Stopwatch.GetTimestamp();
        Task happens = _plan.Mishap switch { Mishap.Rolled => _nodes[0].StopAsync(), Mishap.CutOff => _nodes[0].FreezeAsync(), _ => _nodes[0].KillAsync() };
        double[] answered = await Task.WhenAll(probers.Select(prober => prober.AnsweredAsync(since, _over.Token)));
        await happens;
        await UntilAsync(async () => (await HomesOfOthersAsync()).Sum() == _plan.Wearables, "every wearable has a home again");
        int[] after = [0, .. await HomesOfOthersAsync()];
        _plan.Log(Line($"answers again: last of {answered.Length} after {answered.DefaultIfEmpty().Max():0.0} s ({answered.Count(seconds => seconds > 2)} after more than 2 s, {answered.Count(seconds => seconds > 5)} after more than 5 s); homes {string.Join(" + ", after)}"));

        if (_plan.Mishap == Mishap.CutOff)
        {
            await _nodes[0].ThawAsync();
            bool ended = await _nodes[0].EndsWithinAsync(TimeSpan.FromSeconds(30));
            _plan.Log(Line($"{_nodes[0].Name} is no longer cut off and {(ended ? "ended, as it is no member any more" : "went on")}"));
        }

        bool spread = await ComesBackAsync(_nodes[0]);
        foreach (ClusterNode next in _plan.Mishap == Mishap.Rolled ? _nodes.Skip(1) : [])
        {
            await next.StopAsync();
            spread &= await ComesBackAsync(next);
        }

        int[] restarted = await HomesAsync();
        await talking.CancelAsync();
        await Task.WhenAll(talks);
        await telling.CancelAsync();
        await Task.WhenAll(tellers);
        await UntilAsync(() => Task.FromResult(_wearables.All(wearable => !wearable.Alive || wearable.Unacknowledged == 0)), "the broker acknowledged everything");
        (int acknowledged, int lost, int doubled) = await CountAsync();
        return new ClusterResult(
            acknowledged, lost, doubled, answered.DefaultIfEmpty().Max(), answered.Count(seconds => seconds >= Prober.Patience.TotalSeconds),
            _turns.Count(turn => turn.Ending == Ending.Answered), _turns.Count(turn => turn.Ending == Ending.Apologised), _turns.Count(turn => turn.Ending == Ending.Silent), inFlight,
            $"{string.Join('+', before)} -> {string.Join('+', after)} -> {string.Join('+', restarted)}", spread);
    }

    // Idle, then messages alone, then conversations alone: what each adds. Several times each, and the median: what else runs on the machine costs caches now and then.
    private async Task<(double MessageUs, double TurnMs, double IdlePercent)> MeasureAsync(TimeSpan time, int turns)
    {
        short[] question = await QuestionAsync();
        Talker[] talkers = await Task.WhenAll(_wearables.Take(_plan.Talkers).Select(wearable => Talker.OfAsync(wearable, question)));
        // Processes that were just started compile their methods anew for a minute or so; that is no cost of idling.
        using (CancellationTokenSource warming = new(time))
        {
            await Task.WhenAll(_wearables.Select((wearable, i) => TellAsync(wearable, i, warming.Token)));
        }

        await AskAllAsync();
        ClusterNode[] measured = [.. _plan.Cores == Cores.OneForTheFirst ? _nodes.Take(1) : _nodes];
        double idle = await SettledAsync(time / 2, measured);

        double share = await ShareAsync();
        double messageUs = await MedianAsync(async () =>
        {
            using CancellationTokenSource telling = new(time / 2);
            int before = _wearables.Sum(wearable => wearable.Said);
            (double used, double seconds, _) = await UsedAsync(() => Task.WhenAll(_wearables.Select((wearable, i) => TellAsync(wearable, i, telling.Token))), measured);
            return (used - (idle * seconds)) * 1e6 / ((_wearables.Sum(wearable => wearable.Said) - before) * share);
        });
        await Task.Delay(TimeSpan.FromSeconds(3), _over.Token);
        double idleOfAll = idle * _nodes.Count / measured.Length;
        double turnMs = await MedianAsync(async () =>
        {
            (double used, double seconds, _) = await UsedAsync(AskAllAsync, _nodes);
            return (used - (idleOfAll * seconds)) * 1e3 / (turns * talkers.Length);
        });
        return (messageUs, turnMs, 100 * idleOfAll);

        async Task AskAllAsync()
        {
            for (int i = 0; i < turns; i++)
            {
                await Task.WhenAll(talkers.Select(talker => talker.AskAsync(_over.Token)));
            }
        }
    }

    private static async Task<double> MedianAsync(Func<Task<double>> measure)
    {
        double[] values = new double[5];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = await measure();
        }

        return Median.Of(values);
    }

    // What part of all messages the measured gateways work on: of a pulse and an event, its home hears both and the letterbox one of them, in turn.
    private async Task<double> ShareAsync()
    {
        int[] homes = await HomesAsync();
        return _plan.Cores == Cores.OneForTheFirst ? ((2.0 * homes[0] / homes.Sum()) + (1.0 / homes.Length)) / 3 : 1;
    }

    // The least of windows that no longer become less: twice in a row.
    private async Task<double> SettledAsync(TimeSpan window, IEnumerable<ClusterNode> of)
    {
        double least = double.MaxValue;
        for (int i = 0, same = 0; i < 8 && same < 2; i++)
        {
            double now = (await UsedAsync(() => Task.Delay(window, _over.Token), of)).PerSecond;
            same = now > least * 0.9 ? same + 1 : 0;
            least = Math.Min(least, now);
        }

        return least;
    }

    private async Task<(double Used, double Seconds, double PerSecond)> UsedAsync(Func<Task> work, IEnumerable<ClusterNode> of)
    {
        double before = of.Sum(node => node.Used.TotalSeconds);
        Stopwatch watch = Stopwatch.StartNew();
        await work();
        double used = of.Sum(node => node.Used.TotalSeconds) - before;
        return (used, watch.Elapsed.TotalSeconds, used / watch.Elapsed.TotalSeconds);
    }

    private async Task TellAsync(RawWearable wearable, int index, CancellationToken over)
    {
        try
        {
            await Task.Delay(_plan.TellsEvery * (index * 0.618 % 1), over);
            while (true)
            {
                await wearable.SayHeartAsync();
                await wearable.SayEventAsync();
                await Task.Delay(_plan.TellsEvery, over);
            }
        }
        catch (OperationCanceledException)
        {
            // the measurement is over
        }
    }

    private async Task TalkAsync(Talker talker, int index, CancellationToken over)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500 * index), over);
            while (!over.IsCancellationRequested)
            {
                (Ending Ending, string Why, double Seconds) turn = await talker.AskAsync(_over.Token);
                _turns.Add(turn);
                if (turn.Ending != Ending.Answered)
                {
                    _plan.Log(Line($"a conversation ended {turn.Ending} after {turn.Seconds:0.0} s ({turn.Why})"));
                }

                await Task.Delay(TimeSpan.FromSeconds(2), over);
            }
        }
        catch (OperationCanceledException)
        {
            // the measurement is over
        }
    }

    private async Task<bool> ComesBackAsync(ClusterNode node)
    {
        if (!node.IsRunning)
        {
            await node.StartAsync(_over.Token);
        }

        int fair = _plan.Wearables / _plan.Gateways;
        bool spread = await TryUntilAsync(async () => await node.HomesAsync(_over.Token) > fair / 2, TimeSpan.FromSeconds(30));
        _plan.Log(Line($"{node.Name} is back: homes {string.Join(" + ", await HomesAsync())}"));
        return spread;
    }

    private async Task<int[]> HomesOfOthersAsync() => await Task.WhenAll(_nodes.Skip(1).Select(node => node.HomesAsync(_over.Token)));

    private async Task<int[]> HomesAsync() => await Task.WhenAll(_nodes.Select(node => node.IsRunning ? node.HomesAsync(_over.Token) : Task.FromResult(0)));

    // Every acknowledged number must be there once, however it went its way.
    private async Task<(int Acknowledged, int Lost, int Doubled)> CountAsync()
    {
        int acknowledged = _wearables.Sum(wearable => wearable.Acknowledged.Length);
        HashSet<(string, int)> stored = [];
        int doubled = 0;
        for (int tries = 0; tries < 60; tries++)
        {
            (stored, doubled) = await StoredAsync();
            if (_wearables.All(wearable => wearable.Acknowledged.All(number => stored.Contains((wearable.Id, number)))))
            {
                break;
            }

            await Task.Delay(500, _over.Token); // letters on their way
        }

        return (acknowledged, _wearables.Sum(wearable => wearable.Acknowledged.Count(number => !stored.Contains((wearable.Id, number)))), doubled);
    }

    private async Task<(HashSet<(string, int)> Stored, int Doubled)> StoredAsync()
    {
        await using NpgsqlConnection connection = new(_place["postgres:".Length..]);
        await connection.OpenAsync(_over.Token);
        await using NpgsqlCommand command = new("SELECT device, payload FROM events WHERE kind = 'evt/fault'", connection);
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(_over.Token);
        HashSet<(string, int)> stored = [];
        int doubled = 0;
        while (await rows.ReadAsync(_over.Token))
        {
            using JsonDocument payload = JsonDocument.Parse(rows.GetString(1));
            doubled += stored.Add((rows.GetString(0), payload.RootElement.GetProperty("n").GetInt32())) ? 0 : 1;
        }

        return (stored, doubled);
    }

    private async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        if (!await TryUntilAsync(holds, Limit))
        {
            throw new IOException($"{what}: expected within {Limit.TotalMinutes:0} minutes; homes {string.Join(" + ", await HomesAsync())}\n{string.Join("\n\n", _nodes.Select(node => node.Name + "\n" + node.LastWords))}");
        }
    }

    private async Task<bool> TryUntilAsync(Func<Task<bool>> holds, TimeSpan limit)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < limit; await Task.Delay(100, _over.Token))
        {
            if (await holds())
            {
                return true;
            }
        }

        return false;
    }
}
