using System.Collections.Concurrent;
using Orleans.Runtime;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Cluster;

/// <summary>
/// Gives every connected wearable a home: asks its grain to live when the wearable comes, and again when the gateway where it lived is gone.
/// Who is a member and where a grain lives is for Orleans to say. When a gateway joins, a share of the idle wearables moves there; when this one
/// stops, its wearables move away first, those in a conversation when they are done.
/// </summary>
public sealed class HomeKeeper(
    NodeHomes homes, IGrainFactory grains, IClusterMembershipService membership, IClusterManifestProvider manifest, ILocalSiloDetails silo, ILogger<HomeKeeper> logger)
    : BackgroundService, IDeviceListener, IHostedLifecycleService
{
    /// <summary>Longest time this gateway waits for conversations before it stops.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(12);

    private const int AskedAtOnce = 64, MovedAtOnce = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Again = TimeSpan.FromMilliseconds(200), Introduction = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, SiloAddress?> _where = new(); // null: not known
    private readonly SemaphoreSlim _news = new(0);
    private HashSet<SiloAddress> _members = [];

    /// <inheritdoc/>
    public ValueTask OnReportAsync(DeviceReport report, CancellationToken cancellation)
    {
        if (report.Message is StatusReport { Online: true })
        {
            if (_where.TryAdd(report.DeviceId, null))
            {
                _news.Release();
            }
        }
        else if (report.Message is StatusReport && _where.TryRemove(report.DeviceId, out _) && homes.IsHome(report.DeviceId))
        {
            grains.GetGrain<IWearableGrain>(report.DeviceId).LeaveAsync().Ignore();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        SiloAddress[] others = [.. Active().Where(member => !member.Equals(silo.SiloAddress))];
        long began = Environment.TickCount64, until = began + (long)Farewell.TotalMilliseconds;
        int all = homes.All.Count;
        while (others.Length > 0 && homes.All.Count > 0 && Environment.TickCount64 < until && !cancellationToken.IsCancellationRequested)
        {
            await MoveAsync([.. homes.All], others).ConfigureAwait(false);
            await Task.Delay(Again, CancellationToken.None).ConfigureAwait(false);
        }

        if (all > 0 && others.Length > 0)
        {
            logger.LogInformation("{Moved} of {All} wearables moved to other gateways within {Ms} ms", all - homes.All.Count, all, Environment.TickCount64 - began);
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        homes.Left += LookAgain;
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task[] work = [WatchAsync(both.Token), FindHomesAsync(both.Token)];
        await Task.WhenAny(work).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false); // one does not go on without the other: its fault ends the gateway
        await Task.WhenAll(work).ConfigureAwait(false);
    }

    private async Task FindHomesAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                string[] homeless = [.. _where.Where(where => where.Value is not { } at || !_members.Contains(at)).Select(where => where.Key)];
                await Parallel.ForEachAsync(homeless, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = stopping }, AskAsync).ConfigureAwait(false);
                bool more = homeless.Any(id => _where.TryGetValue(id, out SiloAddress? at) && at is null);
                await _news.WaitAsync(more ? Again : Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
                while (_news.Wait(0, CancellationToken.None))
                {
                    // news that came together is looked at together
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    // Where it lives now is asked anew, if its wearable is still there.
    private void LookAgain(string id)
    {
        if (_where.TryGetValue(id, out SiloAddress? at) && _where.TryUpdate(id, null, at))
        {
            _news.Release();
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (ClusterMembershipSnapshot _ in membership.MembershipUpdates.WithCancellation(stopping).ConfigureAwait(false))
            {
                HashSet<SiloAddress> now = [.. Active()];
                SiloAddress[] joined = [.. now.Where(member => !_members.Contains(member) && !member.Equals(silo.SiloAddress))];
                SiloAddress[] left = [.. _members.Where(member => !now.Contains(member))];
                bool first = _members.Count == 0;
                Volatile.Write(ref _members, now);
                homes.OthersAreThere = now.Count > 1;
                if (joined.Length + left.Length > 0)
                {
                    logger.LogInformation("{Count} gateways: {Joined} joined, {Left} left", now.Count, string.Join(", ", joined.AsEnumerable()), string.Join(", ", left.AsEnumerable()));
                }

                _news.Release();
                if (joined.Length > 0 && !first)
                {
                    await ShareAsync(joined, now.Count).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    // As many as would go if all were placed anew, not each by chance: of few wearables chance may leave a gateway without any.
    private async Task ShareAsync(SiloAddress[] joined, int now)
    {
        IReadOnlyCollection<string> all = homes.All;
        if (!await AreKnownAsync(joined).ConfigureAwait(false))
        {
            return; // gone again
        }

        int share = (int)Math.Round((double)all.Count * joined.Length / now), left = share;
        string[] order = [.. all];
        Random.Shared.Shuffle(order);
        for (int at = 0; left > 0 && at < order.Length;)
        {
            string[] next = [.. order.Skip(at).Take(left)];
            at += next.Length;
            left -= await MoveAsync(next, joined).ConfigureAwait(false);
        }

        logger.LogInformation("{Moved} of {Share} wearables move there, of {Count}", share - left, share, all.Count);
    }

    private IEnumerable<SiloAddress> Active() => membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress);

    private async ValueTask AskAsync(string id, CancellationToken cancellation)
    {
        try
        {
            SiloAddress at = await grains.GetGrain<IWearableGrain>(id).LiveAsync().WaitAsync(Patience, cancellation).ConfigureAwait(false);
            SiloAddress? before = _where.GetValueOrDefault(id);
            _where.TryUpdate(id, _members.Contains(at) ? at : null, before); // gone meanwhile: not put back
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            logger.LogDebug("{Device} has no home yet: {Why}", id, e.Message);
            _where.TryUpdate(id, null, _where.GetValueOrDefault(id));
        }
    }

    // Orleans sends no grain where it does not know yet that its class is known, but places it anew, anywhere.
    private async Task<bool> AreKnownAsync(SiloAddress[] joined)
    {
        long until = Environment.TickCount64 + (long)Introduction.TotalMilliseconds;
        while (!joined.All(manifest.Current.Silos.ContainsKey))
        {
            if (Environment.TickCount64 > until || !joined.All(Active().Contains))
            {
                return false;
            }

            await Task.Delay(Again, CancellationToken.None).ConfigureAwait(false);
        }

        return true;
    }

    // A wearable in a turn stays: its home says so. Few at once: while it moves nobody hears it.
    private async Task<int> MoveAsync(string[] ids, SiloAddress[] to)
    {
        int first = Random.Shared.Next(to.Length), moved = 0;
        await Parallel.ForAsync(0, ids.Length, new ParallelOptions { MaxDegreeOfParallelism = MovedAtOnce }, async (i, _) =>
        {
            SiloAddress next = to[(first + i) % to.Length];
            try
            {
                IWearableGrain wearable = grains.GetGrain<IWearableGrain>(ids[i]);
                if (!await wearable.MoveAsync(next).WaitAsync(Patience, CancellationToken.None).ConfigureAwait(false))
                {
                    return;
                }

                Interlocked.Increment(ref moved);
                for (int waited = 0; homes.IsHome(ids[i]) && waited < Patience.TotalMilliseconds; waited += 10)
                {
                    await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
                }

                await wearable.LiveAsync().WaitAsync(Patience, CancellationToken.None).ConfigureAwait(false); // it has arrived
            }
            catch (Exception e)
            {
                logger.LogWarning("{Device} did not arrive at {Node} in time: {Why}", ids[i], next, e.Message);
            }
        }).ConfigureAwait(false);
        return moved;
    }
}
