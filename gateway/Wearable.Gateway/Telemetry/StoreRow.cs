namespace Wearable.Gateway.Telemetry;

/// <summary>One statement with its values, on its way to the writer.</summary>
/// <param name="Sql">A constant text with <c>$1</c>, <c>$2</c>, ...; prepared once per text.</param>
/// <param name="Values">Their values; null is NULL.</param>
public sealed record StoreRow(string Sql, params object?[] Values)
{
    internal TaskCompletionSource? Written { get; init; }

    /// <summary>Writes nothing; completes when everything before it is on disk.</summary>
    internal static StoreRow Barrier() => new("") { Written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
}
