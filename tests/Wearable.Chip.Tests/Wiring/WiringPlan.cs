using System.Text.Json;

namespace Wearable.Chip.Tests.Wiring;

/// <summary>hardware/wiring.json: what is connected with what. Everything else about wiring is made from it.</summary>
internal sealed record WiringPlan(WiredPart[] Parts, Wire[] Wires)
{
    public static string File { get; } = Path.Combine(Repository.Root, "hardware", "wiring.json");

    /// <summary>Wires with a pin of the chip of their own, in the order of the file.</summary>
    public IEnumerable<Wire> Signals => Wires.Where(wire => wire.Name is not null);

    public static WiringPlan Load() => JsonSerializer.Deserialize<WiringPlan>(System.IO.File.ReadAllText(File), new JsonSerializerOptions(JsonSerializerDefaults.Web))!;

    public WiredPart PartOf(Wire wire) => Parts.Single(part => part.Id == wire.Part);

    public IEnumerable<Wire> WiresOf(WiredPart part) => Wires.Where(wire => wire.Part == part.Id);

    /// <summary>The wire whose chip pin this one uses: itself, or the one it joins.</summary>
    public Wire SignalOf(Wire wire) => wire.Joins is null ? wire : Wires.Single(other => other.Name == wire.Joins);
}

/// <summary>One part.</summary>
/// <param name="Side">Left or right of the board in the picture.</param>
internal sealed record WiredPart(string Id, string Title, string What, string Side, bool Optional);

/// <summary>One wire from a part's pin to a pin of the chip (Name, Esp32S3, Esp32), to the wire of another part (Joins) or to a supply (To).</summary>
internal sealed record Wire(string Part, string Pin, string Kind, string? Name, string? Is, int Esp32S3, int Esp32, string? Joins, string? To);
