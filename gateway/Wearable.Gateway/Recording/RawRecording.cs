using System.Buffers.Binary;
using System.Text.Json;
using Wearable.Contract;

namespace Wearable.Gateway.Recording;

/// <summary>
/// Raw light on its way into a recording: 100 instants a second of the wearable's own clock, infrared counts as at 6.2 mA. The sensor gives
/// about 50 a second by a clock that is off by up to 1.5 %; between two of its samples lies a straight line. Where samples are missing there is
/// no light (0): nothing is invented.
/// </summary>
public sealed class RawRecording
{
    /// <summary>Instants per second of a recording.</summary>
    public const int RateHz = 100;

    /// <summary>LED current the counts are told for: 6.2 mA.</summary>
    public const int ReferenceLed = 0x1F;

    // The tail of the old current after a step.
    private const int UnsureSamples = 2;
    private readonly List<Piece> _pieces = [];
    private int _nextIndex = -1;
    private int _rateMilliHz;

    /// <summary>Samples taken.</summary>
    public int Samples { get; private set; }

    /// <summary>Samples the index says were lost on the way or in the sensor.</summary>
    public int Lost { get; private set; }

    /// <summary>Times the sensor began anew.</summary>
    public int Restarts { get; private set; }

    /// <summary>The wearable's time of the first sample, epoch ms; 0 when its clock was not set.</summary>
    public long StartEpochMs { get; private set; }

    /// <summary>Takes the next message.</summary>
    /// <param name="message">As received, in order.</param>
    /// <param name="receivedEpochMs">When; stands in for a wearable whose clock is not set.</param>
    public void Take(RawPulseMessage message, long receivedEpochMs)
    {
        if (message.Count == 0)
        {
            return;
        }

        _rateMilliHz = message.RateMilliHz;
        if (_pieces.Count == 0)
        {
            // Sent when its last sample was there.
            long sent = message.TimestampMs > 0 ? message.TimestampMs : receivedEpochMs;
            StartEpochMs = sent - message.Count * 1000000L / message.RateMilliHz;
        }

        bool goesOn = _nextIndex >= 0 && message.Index >= _nextIndex;
        if (goesOn)
        {
            Lost += message.Index - _nextIndex;
        }
        else
        {
            Restarts += _pieces.Count > 0 ? 1 : 0;
            _pieces.Add(new Piece(message.FirstMs, message.Index));
        }

        Piece piece = _pieces[^1];
        for (int i = 0; i < message.Count; i++)
        {
            bool unsure = message.Stepped == 1 && i < UnsureSamples && piece.Samples.Count > 0;
            double counts = unsure ? piece.Samples[^1].Counts : (double)message.Samples[i] * ReferenceLed / message.Led;
            piece.Samples.Add((message.Index - piece.FirstIndex + i, counts));
        }

        _nextIndex = message.Index + message.Count;
        Samples += message.Count;
    }

    /// <summary>The recording, one value an instant.</summary>
    public int[] ToCounts()
    {
        if (_pieces.Count == 0)
        {
            return [];
        }

        double period = 1_000_000.0 / _rateMilliHz;
        long firstMs = _pieces[0].FirstMs;
        double lastMs = _pieces[^1].FirstMs + _pieces[^1].Samples[^1].Index * period;
        int[] counts = new int[(int)((lastMs - firstMs) * RateHz / 1000) + 1];
        foreach (Piece piece in _pieces)
        {
            Draw(piece, (piece.FirstMs - firstMs) * RateHz / 1000.0, period * RateHz / 1000, counts);
        }

        return counts;
    }

    /// <summary>Writes <c>NAME.i32</c> and <c>NAME.json</c>.</summary>
    /// <param name="folder">Where; made when absent.</param>
    /// <param name="name">NAME: letters, digits, - and _.</param>
    /// <param name="kind"><c>finger</c> or <c>wrist</c>.</param>
    /// <returns>Instants written.</returns>
    /// <exception cref="IOException">A recording of that name is there already, or the folder cannot be written.</exception>
    public int Save(string folder, string name, string kind)
    {
        Directory.CreateDirectory(folder);
        int[] counts = ToCounts();
        byte[] bytes = new byte[4 * counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), counts[i]);
        }

        using (FileStream wave = new(Path.Combine(folder, name + ".i32"), FileMode.CreateNew))
        {
            wave.Write(bytes);
        }

        File.WriteAllText(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(new { set = "own", kind, n = counts.Length, ch = 1, fs = RateHz, start = StartEpochMs }));
        return counts.Length;
    }

    private static void Draw(Piece piece, double offset, double step, int[] counts)
    {
        for (int s = 0; s < piece.Samples.Count; s++)
        {
            (int index, double value) = piece.Samples[s];
            bool joined = s + 1 < piece.Samples.Count && piece.Samples[s + 1].Index == index + 1;
            double at = offset + index * step;
            double end = joined ? at + step : at + 1;
            for (int i = (int)Math.Ceiling(at - 1e-9); i < end - 1e-9 && i < counts.Length; i++)
            {
                double share = joined ? (i - at) / step : 0;
                counts[i] = (int)Math.Round(joined ? value + share * (piece.Samples[s + 1].Counts - value) : value);
            }
        }
    }

    private sealed record Piece(long FirstMs, int FirstIndex)
    {
        public List<(int Index, double Counts)> Samples { get; } = [];
    }
}
