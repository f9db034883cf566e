namespace Wearable.Workloads;

/// <summary>What one workload cost.</summary>
/// <param name="Name">One of <see cref="Workload.Names"/>.</param>
/// <param name="Seconds">Signal counted, after a warm-up that is not.</param>
/// <param name="Instructions">IL instructions in all of them.</param>
/// <param name="WorstSecond">IL instructions of the dearest second.</param>
/// <param name="WorstPass">IL instructions of the dearest single pass of the loop.</param>
/// <param name="Allocations">Objects, arrays, boxes and strings made.</param>
public sealed record WorkloadCost(string Name, int Seconds, long Instructions, long WorstSecond, long WorstPass, long Allocations)
{
    /// <summary>Mean IL instructions per second of signal.</summary>
    public long PerSecond => Instructions / Seconds;

    /// <summary>Mean allocations per second of signal.</summary>
    public double AllocationsPerSecond => (double)Allocations / Seconds;
}

/// <summary>
/// The workloads by name. Each runs the whole <see cref="Firmware.Device"/> (the heart rows: monitor and driver alone) on the simulator's
/// parts in virtual time, so the same seed costs the same to the instruction. Sound and pulse are synthetic.
/// </summary>
public static class Workload
{
    /// <summary>All rows of the budget, in the order of its table.</summary>
    public static readonly string[] Names = ["silence", "noise", "voice", "stream", "stream_adpcm", "answer", "answer_adpcm", "heart_rest", "heart_motion", "heart_raw", "all"];

    /// <summary>Runs one workload in this load context; counts only where the firmware's assemblies are instrumented.</summary>
    /// <returns>Seconds, instructions, worst second, worst pass, allocations: numbers, because types of another load context are other types.</returns>
    public static long[] Run(string name) => name switch
    {
        "silence" => DeviceRun.Quiet(),
        "noise" => DeviceRun.Noisy(),
        "voice" => DeviceRun.Spoken(),
        "stream" => DeviceRun.Streaming(Contract.AudioCodec.Pcm16At16k),
        "stream_adpcm" => DeviceRun.Streaming(Contract.AudioCodec.ImaAdpcmAt16k),
        "answer" => DeviceRun.Answering(Contract.AudioCodec.Pcm16At16k),
        "answer_adpcm" => DeviceRun.Answering(Contract.AudioCodec.ImaAdpcmAt16k),
        "heart_rest" => HeartRun.Run(motion: false),
        "heart_motion" => HeartRun.Run(motion: true),
        "heart_raw" => HeartRun.Run(motion: false, raw: true),
        "all" => DeviceRun.Everything(),
        _ => throw new ArgumentException($"workload: one of {string.Join(", ", Names)} expected, got \"{name}\"", nameof(name)),
    };

    /// <summary>Bytes of the chip's heap that a device with all parts at their default settings holds: its objects and arrays and the firmware's static ones. The board's adapters, M2Mqtt and the interpreter's own tables come on top.</summary>
    public static long RamBytes() => Weigh(DeviceRun.Fresh());

    /// <summary>As <see cref="RamBytes"/>, on a board without voice.</summary>
    public static long RamBytesWithoutVoice() => Weigh(DeviceRun.FreshWithoutVoice());

    /// <summary>Bytes of the chip's heap that hearing the wake words takes: gate, features, model, network and the ring of raw sound.</summary>
    /// <param name="ringMs">Length of the ring: 1,000 as shipped.</param>
    public static long RamBytesOfWakeWord(int ringMs) => Meter.ChipMemory.Held(
        new object[] { new Firmware.Voice.WakeWordDetector(Firmware.Voice.WakeModelShipped.Create()), new Firmware.Voice.HopRing(ringMs / Contract.AudioFormat.HopMs) },
        t => t.Assembly == typeof(Firmware.Device).Assembly);

    private static long Weigh(Firmware.Device device) => Meter.ChipMemory.Held(device, typeof(Firmware.Device).Assembly, typeof(Contract.Topics).Assembly);
}
