using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Replay;

/// <summary>Light that was recorded without a break, and the heart messages the wearable made of it.</summary>
/// <param name="FromStart">Whether the sensor began with it: somebody touched it after nobody had. Only then the firmware began with it too.</param>
/// <param name="BeginMs">When its first sample was taken, epoch ms by the wearable's clock (by the receiver's where that was not set).</param>
/// <param name="Counts">Infrared light, 18-bit counts.</param>
/// <param name="Leds">LED current of each, register code.</param>
/// <param name="Lost">Samples that did not arrive; the one before stands in for each.</param>
/// <param name="RateMilliHz">Samples per 1000 s by the wearable's clock.</param>
/// <param name="Hearts">What the wearable published meanwhile.</param>
public sealed record PulseStretch(bool FromStart, long BeginMs, IReadOnlyList<int> Counts, IReadOnlyList<int> Leds, int Lost, int RateMilliHz, IReadOnlyList<(long AtMs, HeartMessage Heart)> Hearts)
{
    /// <summary>Finds the stretches of a recording.</summary>
    public static IReadOnlyList<PulseStretch> Of(DayFile day)
    {
        List<Building> all = [];
        bool nobody = false;
        foreach (RecordedMessage message in day.Messages)
        {
            if (message.Name.Kind == TopicKind.RawPulse)
            {
                RawPulseMessage raw = (RawPulseMessage)PayloadReader.Read(TopicKind.RawPulse, message.Payload);
                if (all.Count == 0 || raw.Index < all[^1].Next)
                {
                    // Published with its last sample: the first was taken so much earlier.
                    all.Add(new Building(nobody && raw.Index == 0, TimeOf(raw, message) - raw.Count * 1_000_000L / raw.RateMilliHz, raw.Index, raw.RateMilliHz));
                    nobody = false;
                }

                all[^1].Take(raw);
            }
            else if (message.Name.Kind == TopicKind.Heart)
            {
                HeartMessage heart = (HeartMessage)PayloadReader.Read(TopicKind.Heart, message.Payload);
                nobody = HeartMessage.States[heart.State] == "no_contact";
                if (all.Count > 0)
                {
                    all[^1].Hearts.Add((TimeOf(heart, message), heart));
                }
            }
        }

        return [.. all.Select(one => new PulseStretch(one.FromStart, one.BeginMs, one.Counts, one.Leds, one.Lost, one.RateMilliHz, one.Hearts))];
    }

    private static long TimeOf(DeviceMessage message, RecordedMessage received) => message.TimestampMs > 0 ? message.TimestampMs : received.At;

    private sealed class Building(bool fromStart, long beginMs, int firstIndex, int rateMilliHz)
    {
        public bool FromStart => fromStart;

        public long BeginMs => beginMs;

        public int RateMilliHz => rateMilliHz;

        public List<int> Counts { get; } = [];

        public List<int> Leds { get; } = [];

        public List<(long AtMs, HeartMessage Heart)> Hearts { get; } = [];

        public int Lost { get; private set; }

        public int Next { get; private set; } = firstIndex;

        public void Take(RawPulseMessage raw)
        {
            for (; Next < raw.Index && Counts.Count > 0; Next++)
            {
                Counts.Add(Counts[^1]);
                Leds.Add(Leds[^1]);
                Lost++;
            }

            for (int i = 0; i < raw.Count; i++)
            {
                Counts.Add(raw.Samples[i]);
                Leds.Add(raw.Led);
            }

            Next = raw.Index + raw.Count;
        }
    }
}
