namespace Wearable.Gateway.Speech;

/// <summary>Hands loaded engines to the gateway's services.</summary>
public static class SpeechServices
{
    /// <summary>Registers <see cref="IVoiceActivity"/>, <see cref="ISpeechToText"/> and <see cref="ITextToSpeech"/>. The
    /// engines are loaded before the host is built, so that a model problem ends the start with its sentence.</summary>
    public static IServiceCollection AddSpeech(this IServiceCollection services, SpeechEngines engines) => services
        .AddSingleton(_ => engines) // made by a factory: the container disposes it
        .AddSingleton(engines.VoiceActivity)
        .AddSingleton<ISpeechToText>(new BoundedSpeechToText(engines.SpeechToText))
        .AddSingleton(engines.WordScorer)
        .AddSingleton(engines.TextToSpeech);
}
