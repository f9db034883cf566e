using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Dashboard;

/// <summary>What this gateway is made of, for the page: versions, the brain, every model with its origin and licence, and the cards of our own models.</summary>
public static class AboutApi
{
    private const string CardsRoot = "models/cards/";

    /// <summary>What a model of ours does, for whom, and how well: as written beside it, in Markdown.</summary>
    /// <param name="Name">The model's name.</param>
    /// <param name="Text">The card.</param>
    public sealed record Card(string Name, string Text);

    /// <summary>Versions of the parts.</summary>
    /// <param name="Gateway">This gateway.</param>
    /// <param name="Firmware">The firmware of the same source, which the simulator runs; each wearable tells its own.</param>
    /// <param name="Contract">What travels over MQTT.</param>
    /// <param name="Runtime">.NET underneath.</param>
    public sealed record Versions(string Gateway, string Firmware, int Contract, string Runtime);

    /// <summary>All of it.</summary>
    /// <param name="Versions">Versions of the parts.</param>
    /// <param name="Brain">Who answers what no skill knows, as given with <c>--brain</c>; "skills": nobody.</param>
    /// <param name="Models">Third-party files with package, version, licence, size and hash, as pinned.</param>
    /// <param name="Cards">Cards of the models trained here.</param>
    public sealed record About(Versions Versions, string Brain, IReadOnlyList<ModelFile> Models, IReadOnlyList<Card> Cards);

    private static readonly Lazy<IReadOnlyList<ModelFile>> Models = new(() => ModelManifest.Read().Files);
    private static readonly Lazy<IReadOnlyList<Card>> Cards = new(ReadCards);

    /// <summary>Adds the path.</summary>
    public static void Map(WebApplication app) => app.MapGet("/api/about", Tell);

    private static Ok<About> Tell(GatewayOptions options) => TypedResults.Ok(new About(
        new Versions(typeof(AboutApi).Assembly.GetName().Version!.ToString(3), FirmwareVersion.Text, ContractVersion.Number, ".NET " + Environment.Version), options.Brain.ToString(), Models.Value, Cards.Value));

    private static IReadOnlyList<Card> ReadCards()
    {
        Assembly gateway = typeof(AboutApi).Assembly;
        return [.. gateway.GetManifestResourceNames().Where(name => name.StartsWith(CardsRoot, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using StreamReader reader = new(gateway.GetManifestResourceStream(name)!);
            return new Card(Path.GetFileNameWithoutExtension(name[CardsRoot.Length..]), reader.ReadToEnd());
        })];
    }
}
