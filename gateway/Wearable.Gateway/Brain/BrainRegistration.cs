using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Wearable.Gateway.Brain.Languages;
using Wearable.Gateway.Brain.Skills;
using Wearable.Gateway.Brain.Tools;
using Wearable.Gateway.Mcp;
using Wearable.Gateway.Mqtt;
using Wearable.Gateway.Privacy;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain;

/// <summary>Registers the brain: skills, and the larger model behind them when the owner chose one. The order of the skills is the order they are asked in.</summary>
public static class BrainRegistration
{
    /// <summary>Adds skills, timers, memory and the tools made of them; who may be remembered is read from the safety settings.</summary>
    public static IServiceCollection AddBrain(this IServiceCollection services)
    {
        services.TryAddSingleton<FactMemory>();
        services.AddSingleton<TimerService>();
        services.AddSingleton<ISkill, RepeatSkill>();
        services.AddSingleton<ISkill, MemorySkill>();
        services.AddSingleton<ISkill, TimerSkill>();
        services.AddSingleton<ISkill, VolumeSkill>();
        services.AddSingleton<ISkill, BreathingSkill>();
        services.AddSingleton<ISkill, HeartSkill>();
        services.AddSingleton<ISkill, ClockSkill>();
        services.AddSingleton<ISkill, RiddleSkill>();
        services.AddSingleton<ISkill, JokeSkill>();
        services.AddSingleton<ISkill, StorySkill>();
        services.AddSingleton<ISkill>(p => new HelpSkill(() => p.GetServices<ISkill>()));
        services.AddSingleton<ISkill, PolitenessSkill>();
        services.AddSingleton(p => LanguagePack.Load(p.GetRequiredService<GatewayOptions>().Language, p.GetRequiredService<GatewayOptions>().DataFolder));
        services.AddSingleton(p => p.GetRequiredService<LanguagePack>().Sayings);
        services.AddSingleton(p => new SkillsChatClient(
            SkillsOf(p), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<IHeartHistory>(), p.GetRequiredService<IDeviceSender>(), p.GetRequiredService<Sayings>()));
        services.AddSafetySettings();
        services.AddMcpToolbox();
        services.AddSingleton<HouseTools>();
        services.AddSingleton(Llm.Brains.Make);
        services.AddForgetful<TimerService>();
        services.AddSingleton<IForgets>(p => p.GetRequiredService<IChatClient>() as IForgets ?? p.GetRequiredService<SkillsChatClient>());
        return services;
    }

    // English skills say English sentences; of another language only what is written in it answers.
    private static IEnumerable<ISkill> SkillsOf(IServiceProvider services) => services.GetRequiredService<LanguagePack>().Skills is { } texts
        ? LocalSkills.Of(texts, services.GetRequiredService<TimerService>(), services.GetRequiredService<FactMemory>(), services.GetRequiredService<SafetySettings>())
        : services.GetServices<ISkill>();
}
