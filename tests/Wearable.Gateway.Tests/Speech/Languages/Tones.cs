namespace Wearable.Gateway.Tests.Speech.Languages;

/// <summary>Tones one behind the other, silence for 0 Hz.</summary>
internal static class Tones
{
    public static short[] Of(params (int Hz, int Ms)[] tones) =>
        [.. tones.SelectMany(t => Enumerable.Range(0, t.Ms * 16).Select(i => (short)(t.Hz == 0 ? 0 : 8000 * Math.Sin(2 * Math.PI * t.Hz * i / 16000))))];
}
