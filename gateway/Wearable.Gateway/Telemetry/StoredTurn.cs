namespace Wearable.Gateway.Telemetry;

/// <summary>What is kept of a turn.</summary>
/// <param name="Device">The wearable.</param>
/// <param name="Sid">Id of the turn.</param>
/// <param name="At">When it began, epoch ms at the gateway.</param>
/// <param name="Phase">The last phase it reached.</param>
/// <param name="Stages">Time of each stage reached, ms since end of speech, by its name on the wire.</param>
/// <param name="Safety">Verdict; empty before there is one.</param>
/// <param name="Why">Why it was rejected or failed; else empty.</param>
/// <param name="Heard">The words, only if the owner allowed them; else null.</param>
/// <param name="Answer">The words, only if the owner allowed them; else null.</param>
public sealed record StoredTurn(
    string Device, string Sid, long At, string Phase, IReadOnlyDictionary<string, int> Stages, string Safety, string Why, string? Heard, string? Answer);
