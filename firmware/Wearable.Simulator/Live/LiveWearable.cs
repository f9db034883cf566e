using Wearable.Firmware.Board;
using Wearable.Meter;
using Wearable.Simulator.Microphone;
using Wearable.Simulator.Speaker;
using Wearable.Simulator.Time;

namespace Wearable.Simulator.Live;

/// <summary>A simulated wearable at the speed of a chip whose room and speaker are somewhere else. Made in a metered context by <see cref="LiveWearables"/>.</summary>
internal sealed class LiveWearable : ILiveWearable
{
    private readonly LiveSound _room = new();
    private readonly RemoteMembrane _membrane = new();
    private readonly SimulatedWearable _wearable;

    public LiveWearable(string id, string brokerHost, int brokerPort, string user, string password)
    {
        _wearable = new SimulatedWearable(new SimulatedWearableOptions
        {
            Id = id,
            BrokerHost = brokerHost,
            BrokerPort = brokerPort,
            User = user,
            Password = password,
            ChipSpeed = LiveWearables.ChipSpeed,
            Room = _room,
            Membrane = _membrane,
        });
    }

    public string Id => _wearable.Id;

    public LiveReading Reading
    {
        get
        {
            ChipLoad load = _wearable.Load;
            WakeScore score = _wearable.Score;
            return new LiveReading(
                _wearable.Mode.ToString().ToLowerInvariant(), _wearable.LinkState == LinkState.Up, _wearable.LinkError, score.Word, score.Score, score.Threshold, score.Listens,
                load.Instructions, load.BusyMs, load.ElapsedMs, load.Overruns, _room.Gaps, _room.DroppedMs, _membrane.PendingSamples);
        }
    }

    public Task Completion => _wearable.Completion;

    public bool HeardAll => _room.IsEmpty;

    public void Start() => _wearable.Start();

    public void Hear(ReadOnlySpan<short> samples) => _room.Push(samples);

    public void HearNoMore() => _room.Finish();

    public void Tap() => _wearable.Button.Tap();

    public void Press(bool down)
    {
        if (down)
        {
            _wearable.Button.Press();
        }
        else
        {
            _wearable.Button.Release();
        }
    }

    public bool TryTakeSound(out short[] samples) => _membrane.TryTake(out samples);

    public void Played(long samples) => _membrane.Tell(samples);

    public ValueTask DisposeAsync() => _wearable.DisposeAsync();
}
