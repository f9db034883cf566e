using Wearable.Gateway.Models;
using Wearable.Gateway.Speech;

namespace Wearable.Gateway.Tests.Models;

/// <summary>The real models, installed once per machine and loaded once per test run.</summary>
public static class TestModels
{
    private static readonly Lazy<Task<ModelFiles>> _files = new(() => new ModelStore(new ModelStoreOptions()).EnsureAsync());
    private static readonly Lazy<Task<SpeechEngines>> _engines = new(async () => await SpeechEngines.LoadAsync(await Files));

    public static Task<ModelFiles> Files => _files.Value;

    public static Task<SpeechEngines> Engines => _engines.Value;
}
