using System.ComponentModel;
using System.Security.Claims;
using ModelContextProtocol.Server;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Mcp;

/// <summary>
/// What an agent of the owner may see and do in this house, as tools of the Model Context Protocol. Looking is for every user; speaking through a
/// wearable is for admins. What it says and asks passes the same safety gate as everything else that is said here. Nothing here opens a microphone.
/// </summary>
[McpServerToolType]
public sealed class McpHouse(DeviceRegistry registry, Ingest ingest, IHeartHistory hearts, TimeProvider time, HouseVoice voice)
{
    /// <summary>Longest time looked back, minutes.</summary>
    public const int MaxMinutes = 24 * 60;

    private const int MostSamples = 2000;

    /// <summary>A heart rate over a while.</summary>
    /// <param name="Note">That this is not a medical device.</param>
    public sealed record HeartSummary(string Device, int Minutes, int Measurements, double? LowestBpm, double? MeanBpm, double? HighestBpm, double? NowBpm, string State, string Note);

    /// <summary>The wearables of this house.</summary>
    [McpServerTool(Name = "devices", Title = "Wearables", ReadOnly = true, UseStructuredContent = true)]
    [Description("The wearables of this house: online or not, what they do, whether the microphone is on, health, wake words.")]
    public IReadOnlyList<DeviceView> Devices() => [.. registry.All().Select(device => DeviceView.Of(device, ingest.CountsOf(device.Id)) with { Turn = null })];

    /// <summary>Heart rate of one wearable.</summary>
    [McpServerTool(Name = "heart_rate", Title = "Heart rate", ReadOnly = true, UseStructuredContent = true)]
    [Description("Measured heart rate of one wearable over the last minutes. Not a medical device. No value means that none was trusted; never guess one.")]
    public async Task<HeartSummary> HeartRateAsync(
        [Description("Id of the wearable.")] string device, [Description("How far back, 1 to 1440 minutes.")] int minutes = 60, CancellationToken cancellation = default)
    {
        Known(device);
        if (minutes is < 1 or > MaxMinutes)
        {
            throw new ModelContextProtocol.McpException($"minutes: 1 to {MaxMinutes} expected, got {minutes}");
        }

        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<HeartSample> samples = await hearts.RangeAsync(device, now - TimeSpan.FromMinutes(minutes), now + TimeSpan.FromSeconds(1), MostSamples, cancellation).ConfigureAwait(false);
        double[] rates = [.. samples.Where(s => s.RateBpm is not null).Select(s => s.RateBpm!.Value)];
        HeartSample? latest = hearts.Latest(device);
        double? Rounded(Func<double[], double> of) => rates.Length == 0 ? null : Math.Round(of(rates), 1);
        return new HeartSummary(device, minutes, rates.Length, Rounded(Enumerable.Min), Rounded(Enumerable.Average), Rounded(Enumerable.Max), latest?.RateBpm, latest?.State ?? "nothing received", "not a medical device");
    }

    /// <summary>Says something aloud.</summary>
    [McpServerTool(Name = "say", Title = "Say aloud", Destructive = false, OpenWorld = false)]
    [Description("Says a text aloud through a wearable when nobody is talking with it. Waits up to a minute. Needs an admin user.")]
    public async Task<string> SayAsync(
        ClaimsPrincipal user, [Description("Id of the wearable.")] string device, [Description("What to say, at most 300 characters.")] string text, CancellationToken cancellation)
    {
        Admin(user);
        Known(device);
        HouseVoice.Result said = await voice.SayAsync(device, text, cancellation).ConfigureAwait(false);
        return said.Outcome is HouseVoice.Outcome.Done or HouseVoice.Outcome.NotSaid ? said.Text : throw new ModelContextProtocol.McpException(said.Text);
    }

    /// <summary>Asks the house's brain.</summary>
    [McpServerTool(Name = "ask", Title = "Ask", Destructive = false, OpenWorld = false)]
    [Description("Asks the house's own assistant on behalf of a wearable, and gives its answer as text; nothing is spoken. Timers and settings it is asked for happen. Needs an admin user.")]
    public async Task<string> AskAsync(
        ClaimsPrincipal user, [Description("Id of the wearable.")] string device, [Description("The question, at most 300 characters.")] string question, CancellationToken cancellation)
    {
        Admin(user);
        Known(device);
        HouseVoice.Result answer = await voice.AskAsync(device, question, "mcp", cancellation).ConfigureAwait(false);
        return answer.Outcome == HouseVoice.Outcome.Done ? answer.Text : throw new ModelContextProtocol.McpException(answer.Text);
    }

    private static void Admin(ClaimsPrincipal? user)
    {
        if (user?.IsInRole(nameof(UserRole.Admin)) != true)
        {
            throw new ModelContextProtocol.McpException("this user may only look; \"user add NAME --admin\" makes one that may speak");
        }
    }

    private void Known(string device)
    {
        if (!Ids.IsValid(device) || registry.Find(device) is null)
        {
            throw new ModelContextProtocol.McpException($"device: one of {string.Join(", ", registry.All().Take(20).Select(d => d.Id))} expected");
        }
    }
}
