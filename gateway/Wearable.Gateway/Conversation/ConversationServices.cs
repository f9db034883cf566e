using Microsoft.Extensions.AI;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Conversation;

/// <summary>Everything a conversation needs from the rest of the gateway. Without a word scorer a wake is confirmed by the transcript.</summary>
public sealed record ConversationServices(
    IVoiceActivity VoiceActivity,
    ISpeechToText Listening,
    IWordScorer? WordScorer,
    ITextToSpeech Speaking,
    IChatClient Brain,
    ISafetyGate Safety,
    IDeviceSender Sender,
    TimeProvider Time,
    ConversationSettings Settings,
    EndOfSpeechSettings EndOfSpeech,
    IReadOnlyList<ITurnObserver> Observers,
    ILogger<ConversationHub> Log)
{
    /// <summary>The device's teachers, asked beside the word scorer; null: nobody is.</summary>
    public WakeTeachers? Teachers { get; init; }

    /// <summary>The gateway's own sentences.</summary>
    public Sayings Sayings { get; init; } = Sayings.English;
}

/// <summary>Puts voice and brain into the gateway.</summary>
public static class ConversationRegistration
{
    /// <summary>Registers conversations and the skills brain; the speech engines must be registered beside.</summary>
    public static IServiceCollection AddConversation(this IServiceCollection services)
    {
        services.AddSingleton(p => new ConversationSettings { FollowUp = p.GetRequiredService<GatewayOptions>().FollowUp });
        services.AddSingleton(new EndOfSpeechSettings());
        services.AddSingleton<ISafetyGate>(p => new ClosedGate(
            new SafetyGate(p.GetRequiredService<SafetySettings>(), p.GetRequiredService<TimeProvider>()), p.GetRequiredService<ILogger<ClosedGate>>()));
        services.AddSingleton(_ => WakeTeachers.Shipped());
        services.AddBrain();
        services.AddSingleton(p => new ConversationServices(
            p.GetRequiredService<IVoiceActivity>(),
            p.GetRequiredService<ISpeechToText>(),
            p.GetService<IWordScorer>(),
            p.GetRequiredService<ITextToSpeech>(),
            new OpenTelemetryChatClient(new BoundedChatClient(p.GetRequiredService<IChatClient>()), sourceName: ConversationTelemetry.Name) { EnableSensitiveData = false },
            p.GetRequiredService<ISafetyGate>(),
            p.GetRequiredService<IDeviceSender>(),
            p.GetRequiredService<TimeProvider>(),
            p.GetRequiredService<ConversationSettings>(),
            p.GetRequiredService<EndOfSpeechSettings>(),
            [.. p.GetServices<ITurnObserver>()],
            p.GetRequiredService<ILogger<ConversationHub>>())
        {
            Teachers = p.GetRequiredService<WakeTeachers>(),
            Sayings = p.GetRequiredService<Sayings>(),
        });
        services.AddSingleton<ConversationHub>();
        services.AddHostedService(p => p.GetRequiredService<ConversationHub>());
        services.AddSingleton<IDeviceListener>(p => p.GetRequiredService<ConversationHub>());
        services.AddForgetful<ConversationHub>();
        services.AddSingleton<IForgets>(p => (IForgets)p.GetRequiredService<ISafetyGate>());
        services.AddSingleton<IAnnouncer>(p => new LazyAnnouncer(p.GetRequiredService<ConversationHub>));
        return services;
    }

    // The hub needs the brain, the brain's timers need the hub: the announcer looks it up when it first speaks.
    private sealed class LazyAnnouncer(Func<ConversationHub> hub) : IAnnouncer
    {
        public Task<bool> AnnounceAsync(string deviceId, string text, CancellationToken cancellation) => hub().AnnounceAsync(deviceId, text, cancellation);
    }
}
