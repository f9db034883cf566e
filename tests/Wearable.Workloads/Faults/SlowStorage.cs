using Wearable.Firmware.Board;
using Wearable.Simulator.Parts;
using Wearable.Simulator.Time;

namespace Wearable.Workloads.Faults;

/// <summary>Files that take their time.</summary>
internal sealed class SlowStorage(SimulatorClock clock) : IStorage
{
    private readonly MemoryStorage _files = new();

    /// <summary>How long one write takes.</summary>
    public int WriteMs { get; set; }

    public byte[]? Read(string name) => _files.Read(name);

    public void Write(string name, byte[] content)
    {
        clock.Sleep(WriteMs);
        _files.Write(name, content);
    }

    public void Delete(string name) => _files.Delete(name);
}
