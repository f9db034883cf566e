namespace Wearable.Gateway.Export;

/// <summary>Which rows go out.</summary>
/// <param name="DeviceId">One wearable; null: all.</param>
/// <param name="From">First instant of receipt.</param>
/// <param name="To">First instant behind it.</param>
public sealed record ExportChoice(string? DeviceId, DateTimeOffset From, DateTimeOffset To);
