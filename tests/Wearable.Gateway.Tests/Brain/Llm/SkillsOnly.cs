using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>The real skills brain without a house around it.</summary>
internal sealed class SkillsOnly : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("wearable-chain-").FullName;
    private readonly ServiceProvider _services;

    public SkillsOnly(TimeProvider time, Gateway.Brain.Llm.BrainChoice? brain = null, Gateway.Brain.Llm.BrainSettings? settings = null, bool? memory = null)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(time);
        services.AddSingleton<IDeviceSender, NoSender>();
        services.AddSingleton<IHeartHistory, NoHearts>();
        services.AddSingleton<IAnnouncer, NoAnnouncer>();
        services.AddSingleton(new GatewayOptions { DataFolder = _data, Brain = brain ?? Gateway.Brain.Llm.BrainChoice.Skills });
        services.AddSingleton(settings ?? new Gateway.Brain.Llm.BrainSettings());
        services.AddSingleton(new Gateway.Safety.SafetySettings { Standard = new Gateway.Safety.DeviceSafety { Memory = memory } });
        services.AddBrain();
        _services = services.BuildServiceProvider();
    }

    public SkillsChatClient Client => _services.GetRequiredService<SkillsChatClient>();

    public Microsoft.Extensions.AI.IChatClient Brain => _services.GetRequiredService<Microsoft.Extensions.AI.IChatClient>();

    public Gateway.Brain.Tools.HouseTools Tools => _services.GetRequiredService<Gateway.Brain.Tools.HouseTools>();

    public FactMemory Memory => _services.GetRequiredService<FactMemory>();

    public TimerService Timers => _services.GetRequiredService<TimerService>();

    public static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 11, 23, 17, 5, 0, TimeSpan.Zero));

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private sealed class NoSender : IDeviceSender
    {
        public ValueTask SendCommandAsync(string deviceId, string name, CommandMessage command, CancellationToken cancellation = default) => ValueTask.CompletedTask;

        public ValueTask SendAudioAsync(string deviceId, byte[] packet, CancellationToken cancellation = default) => ValueTask.CompletedTask;

        public ValueTask PublishTurnAsync(string deviceId, string phase, TurnMessage turn, CancellationToken cancellation = default) => ValueTask.CompletedTask;

        public ValueTask SendConfigAsync(string deviceId, ConfigMessage config, CancellationToken cancellation = default) => ValueTask.CompletedTask;
    }

    private sealed class NoHearts : IHeartHistory
    {
        public HeartSample? Latest(string deviceId) => null;

        public Task<IReadOnlyList<HeartSample>> RangeAsync(string deviceId, DateTimeOffset from, DateTimeOffset to, int maxSamples, CancellationToken cancellation = default) =>
            Task.FromResult<IReadOnlyList<HeartSample>>([]);
    }

    private sealed class NoAnnouncer : IAnnouncer
    {
        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation) => Task.FromResult(true);
    }
}
