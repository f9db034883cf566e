using Wearable.Gateway.Conversation;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway;

/// <summary>The whole gateway: broker, page, store, and the voice path with its models.</summary>
public static class VoiceGateway
{
    /// <summary>Gets the models (installing them on the first run), loads the engines and puts the gateway together.</summary>
    /// <param name="options">The owner's choices.</param>
    /// <param name="more">Adds to the services; null for nothing.</param>
    /// <param name="cancellation">Gives up an installation.</param>
    /// <exception cref="ModelException">No usable models, with the cure.</exception>
    /// <exception cref="GatewayStartException">The data folder or database cannot be used.</exception>
    public static async Task<WebApplication> BuildAsync(GatewayOptions options, Action<IServiceCollection>? more = null, CancellationToken cancellation = default)
    {
        if (options.Cluster is { HasHomes: false })
        {
            return await GatewayApp.BuildAsync(options, more, cancellation).ConfigureAwait(false); // the others have models and talk
        }

        ModelFiles files = await new ModelStore(new ModelStoreOptions { OfflineFolder = options.ModelsFolder }).EnsureAsync(cancellation).ConfigureAwait(false);
        SpeechEngines engines = await SpeechEngines.LoadAsync(files, LanguageChoice.Of(options)).ConfigureAwait(false);
        try
        {
            return await GatewayApp.BuildAsync(options, services =>
            {
                services.AddSpeech(engines);
                services.AddConversation();
                services.AddSingleton(DashboardFiles.From(files));
                more?.Invoke(services);
            }, cancellation).ConfigureAwait(false);
        }
        catch
        {
            engines.Dispose();
            throw;
        }
    }
}
