using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Export;

/// <summary>One table of the store as it goes out.</summary>
/// <param name="Table">Which.</param>
/// <param name="AboutABody">Whether it holds what was measured of a body; then it says that this is not a medical device.</param>
public sealed record ExportTable(StoreTable Table, bool AboutABody)
{
    /// <summary>What stands beside measurements.</summary>
    public const string Notice = Pulse.HeartRow.Notice;

    /// <summary>All tables, in a fixed order. Rates are beats per minute times ten (bpm10), null where none was trusted; times are instants of receipt at the gateway.</summary>
    public static IReadOnlyList<ExportTable> All { get; } =
    [
        new(StoreTable.Events, false), new(StoreTable.Heart, true), new(StoreTable.HeartAgain, true), new(StoreTable.Beats, true), new(StoreTable.Health, false), new(StoreTable.Turns, false),
    ];

    /// <summary>Its name.</summary>
    public string Name => Table.Name;

    /// <summary>The table of that name; null when there is none.</summary>
    public static ExportTable? Named(string? name) => All.FirstOrDefault(table => table.Name == name);

    /// <summary>Its columns, empty, for one export.</summary>
    public IReadOnlyList<ExportColumn> Columns() => [.. Table.Columns.Select(ExportColumn.Of)];
}
