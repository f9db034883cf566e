using System.Collections.Concurrent;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Safety;

/// <summary>What holds for one wearable.</summary>
public sealed record DeviceSafety
{
    /// <summary>Who it talks with.</summary>
    public AgeBand Band { get; init; } = AgeBand.Under8;

    /// <summary>Begin of the quiet hours, local time; equal to <see cref="QuietTo"/>: none.</summary>
    public TimeOnly QuietFrom { get; init; }

    /// <summary>End of the quiet hours; before the begin: they go over midnight.</summary>
    public TimeOnly QuietTo { get; init; }

    /// <summary>Minutes of one conversation before a break; 0: no limit.</summary>
    public int SessionMinutes { get; init; } = 30;

    /// <summary>Whether facts are kept when asked to; null: from thirteen on, for a child only where a grown-up says so.</summary>
    public bool? Memory { get; init; }

    /// <summary>What <see cref="Memory"/> comes to.</summary>
    public bool Remembers => Memory ?? Band >= AgeBand.Teen;

    /// <summary>Said behind the help sentence at self-harm, such as a local helpline with its number; empty for none.</summary>
    public string Helpline { get; init; } = "";

    /// <summary>True at a local time within the quiet hours.</summary>
    public bool IsQuietAt(TimeOnly time) => QuietFrom <= QuietTo ? time >= QuietFrom && time < QuietTo : time >= QuietFrom || time < QuietTo;
}

/// <summary>What holds for the wearables of one gateway.</summary>
public sealed record SafetySettings : IForgets
{
    private readonly ConcurrentDictionary<string, bool> _forgotten = new(StringComparer.Ordinal);

    /// <summary>For every wearable that is not named.</summary>
    public DeviceSafety Standard { get; init; } = new();

    /// <summary>By device id.</summary>
    public IReadOnlyDictionary<string, DeviceSafety> Devices { get; init; } = new Dictionary<string, DeviceSafety>();

    /// <summary>What holds for a wearable.</summary>
    public DeviceSafety Of(string deviceId) => _forgotten.ContainsKey(deviceId) ? Standard : Devices.GetValueOrDefault(deviceId, Standard);

    /// <summary>Its own settings were erased; the standard holds.</summary>
    public ValueTask ForgetAsync(string deviceId)
    {
        if (Devices.ContainsKey(deviceId))
        {
            _forgotten[deviceId] = true;
        }

        return ValueTask.CompletedTask;
    }
}
