using System.Diagnostics;
using System.Text;
using Wearable.Contract;

namespace Wearable.Bench.Cluster;

/// <summary>Presses a wearable's button until a gateway answers that it heard it, and takes the turn back.</summary>
internal sealed class Prober
{
    /// <summary>Longest wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(1000);

    private readonly RawWearable _wearable;
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _tries;

    private Prober(RawWearable wearable)
    {
        _wearable = wearable;
        wearable.Heard += OnHeard;
    }

    public static async Task<Prober> OfAsync(RawWearable wearable)
    {
        await wearable.SubscribeAsync(wearable.Topics.Turn(TurnPhases.Wake));
        return new Prober(wearable);
    }

    /// <summary>Seconds from a moment to the first answer; <see cref="Patience"/> without one.</summary>
    public async Task<double> AnsweredAsync(long since, CancellationToken cancellation)
    {
        await Task.Delay(Every * Random.Shared.NextDouble(), cancellation);
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            string turnId = $"p-{++_tries}";
            await _wearable.SayAsync(_wearable.Topics.Wake, new WakeMessage { TurnId = turnId, Word = "button", Score = 100, Threshold = 50, LevelDb = -20 }, 1);
            if (await Task.WhenAny(_answered.Task, Task.Delay(Every, cancellation)) == _answered.Task)
            {
                double seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
                await _wearable.SayAsync(_wearable.Topics.Speech, new SpeechMessage { TurnId = turnId, What = SpeechMessage.End, Why = SpeechMessage.ByAbort }, 1);
                return seconds;
            }
        }

        return Patience.TotalSeconds;
    }

    private void OnHeard(string topic, byte[] payload)
    {
        if (topic == _wearable.Topics.Turn(TurnPhases.Wake) && Encoding.UTF8.GetString(payload).Contains("\"sid\":\"p-", StringComparison.Ordinal))
        {
            _answered.TrySetResult();
        }
    }
}
