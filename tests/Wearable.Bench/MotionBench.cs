using System.Globalization;
using Wearable.Contract;
using Wearable.Firmware.Heart;
using Wearable.Gateway.Pulse;
using Wearable.Simulator.Pulse;

namespace Wearable.Bench;

/// <summary>
/// A wrist recording (two lights, three axes) at 12.5 Hz through the messages a wearable sends and the gateway's tracker: mean error over its
/// windows, 10 s late.
/// </summary>
internal static class MotionBench
{
    private const int Channels = 5;
    private const int PerSample = IPulseSource.RateHz * 10 / MotionTracker.RateDeciHz;

    /// <summary>Mean absolute error of one recording as the gateway finds it 10 s later, through the messages a wearable sends, bpm; none when it is not of the wrist.</summary>
    public static double GatewayError(string file)
    {
        if (RecordedPulse.Load(file).Channels != Channels)
        {
            return double.NaN;
        }

        double[] rates = [.. File.ReadLines(Path.ChangeExtension(file, ".hr")).Select(l => double.Parse(l.Split(' ')[2], CultureInfo.InvariantCulture))];
        RecordedPulse[] signals = [.. Enumerable.Range(0, Channels).Select(c => RecordedPulse.Load(file, c))];
        LaggedTracker tracker = new(MotionReEstimator.LookBackWindows);
        MotionMessage message = new() { BootId = 1, Number = 1 };
        WireWriter writer = new();
        WireReader reader = new();
        List<double> errors = [];
        int window = 0;
        while (!signals[0].Ended)
        {
            message.Index += message.Count;
            for (message.Count = 0; message.Count < MotionMessage.MaxSamples && !signals[0].Ended; message.Count++)
            {
                int[] means = [.. signals.Select(Mean)];
                (message.Light1[message.Count], message.Light2[message.Count]) = (means[0], means[1]);
                (message.X[message.Count], message.Y[message.Count], message.Z[message.Count]) = (means[2], means[3], means[4]);
            }

            message.Write(writer);
            MotionMessage received = new();
            reader.Load("tele/motion", writer.Buffer, writer.Length);
            received.Read(reader);
            foreach (LaggedTracker.Window found in tracker.Take(received, DateTimeOffset.UnixEpoch))
            {
                if (window < rates.Length)
                {
                    errors.Add(Math.Abs((found.RateBpmX10 / 10.0) - rates[window]));
                }

                window++;
            }
        }

        return errors.Average();
    }

    private static int Mean(RecordedPulse signal) => (int)Math.Round(Enumerable.Range(0, PerSample).Sum(_ => signal.Next()) / PerSample);
}
