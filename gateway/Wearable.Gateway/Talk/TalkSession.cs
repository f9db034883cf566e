using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using Wearable.Contract;
using Wearable.Meter;

namespace Wearable.Gateway.Talk;

/// <summary>
/// One browser that is the microphone, the speaker and the button of one wearable, over one WebSocket. From the browser come binary messages, sound
/// (int16 little-endian mono 16 kHz, at most <see cref="MostSoundMs"/> each), and words: <c>hold</c>, <c>release</c>, <c>quiet</c> (no more sound for
/// now), <c>mute</c> (the long press), <c>played N</c> (samples of answers that left its loudspeaker so far). To the browser go binary messages, the
/// answer's sound (an empty one: fall silent), and JSON, see <see cref="TalkMeter"/>. Sound lives in memory only, and no more of it than the
/// wearable's own buffers hold.
/// </summary>
public sealed class TalkSession(WebSocket socket, ILiveWearable wearable, TimeProvider time)
{
    /// <summary>Longest sound of one message.</summary>
    public const int MostSoundMs = 200;

    /// <summary>How often the button is looked at and answers are sent on.</summary>
    public static readonly TimeSpan StepEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>A browser that plays nothing of an answer for so long plays nothing at all: its wearable would speak for ever.</summary>
    public static readonly TimeSpan PlaysWithin = TimeSpan.FromSeconds(8);

    private const int MeterEverySteps = 5;
    private const int MostBytes = MostSoundMs * AudioFormat.SampleRateHz / 1000 * AudioFormat.SampleBytes;
    private const int MostCloseReasonBytes = 123; // RFC 6455, 5.5: 125 bytes with the code

    private readonly Lock _gate = new();
    private readonly TalkButton _button = new(wearable, time);
    private readonly TalkMeter _meter = new();

    /// <summary>Runs until the browser goes, the wearable stops, or <paramref name="stopping"/>; then closes the connection with the reason.</summary>
    /// <returns>Why it ended; empty when the browser left.</returns>
    public async Task<string> RunAsync(CancellationToken stopping)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task<string> receiving = ReceiveAsync(over.Token), sending = SendAsync(over.Token);
        Task first = await Task.WhenAny(receiving, sending, wearable.Completion).ConfigureAwait(false);
        string why = first == wearable.Completion ? "the wearable stopped: " + (wearable.Completion.Exception?.InnerException?.Message ?? "it is off") : await ((Task<string>)first).ConfigureAwait(false);

        // A send that is cancelled would abort the connection before the reason went out.
        await over.CancelAsync().ConfigureAwait(false);
        await sending.ConfigureAwait(false);
        await CloseAsync(stopping.IsCancellationRequested ? "the gateway stops" : why).ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        return why;
    }

    private async Task<string> ReceiveAsync(CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes + 1);
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    // Cancelled by the close that follows, never by a token: that would abort the connection.
                    part = await socket.ReceiveAsync(buffer.AsMemory(length, MostBytes + 1 - length), CancellationToken.None).ConfigureAwait(false);
                    length += part.Count;
                }
                while (!part.EndOfMessage && length <= MostBytes);

                if (part.MessageType == WebSocketMessageType.Close || cancellation.IsCancellationRequested)
                {
                    return "";
                }

                if (Take(part.MessageType, buffer.AsSpan(0, length)) is string wrong)
                {
                    return wrong;
                }
            }
        }
        catch (WebSocketException)
        {
            return ""; // the page is gone without a word
        }
        finally
        {
            Array.Clear(buffer);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // What is wrong with a message, or null.
    private string? Take(WebSocketMessageType type, ReadOnlySpan<byte> message)
    {
        if (type == WebSocketMessageType.Binary)
        {
            if (message.Length > MostBytes || message.Length % AudioFormat.SampleBytes != 0)
            {
                return $"sound: an even number of at most {MostBytes} bytes expected, got {(message.Length > MostBytes ? "more" : message.Length)}";
            }

            wearable.Hear(MemoryMarshal.Cast<byte, short>(message));
            return null;
        }

        string word = Encoding.UTF8.GetString(message.Length > 64 ? message[..64] : message);
        lock (_gate)
        {
            switch (word)
            {
                case "hold":
                    _button.Hold();
                    return null;
                case "release":
                    _button.LetGo();
                    return null;
                case "quiet":
                    wearable.HearNoMore();
                    return null;
                case "mute":
                    _button.Mute();
                    return null;
            }
        }

        if (word.StartsWith("played ", StringComparison.Ordinal) && long.TryParse(word.AsSpan(7), System.Globalization.NumberStyles.None, null, out long samples))
        {
            wearable.Played(samples);
            return null;
        }

        return "text: hold, release, quiet, mute or played N expected";
    }

    private async Task<string> SendAsync(CancellationToken cancellation)
    {
        using PeriodicTimer steps = new(StepEvery, time);
        long unplayed = 0, progressAt = time.GetTimestamp();
        try
        {
            for (int step = 0; await steps.WaitForNextTickAsync(cancellation).ConfigureAwait(false); step++)
            {
                LiveReading now = wearable.Reading;
                lock (_gate)
                {
                    _button.Step(now.Mode);
                }

                while (wearable.TryTakeSound(out short[] samples))
                {
                    await socket.SendAsync(MemoryMarshal.AsBytes<short>(samples).ToArray(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
                }

                if (step % MeterEverySteps == 0)
                {
                    await socket.SendAsync(_meter.Tell(now), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
                }

                if (now.UnplayedSamples == 0 || now.UnplayedSamples < unplayed)
                {
                    progressAt = time.GetTimestamp();
                }

                unplayed = now.UnplayedSamples;
                if (time.GetElapsedTime(progressAt) > PlaysWithin)
                {
                    return $"the browser played nothing of an answer for {PlaysWithin.TotalSeconds} s";
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // over, or the page is gone without a word
        }

        return "";
    }

    private async Task CloseAsync(string why)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        try
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2), time);
            await socket.CloseAsync(why.Length == 0 ? WebSocketCloseStatus.NormalClosure : WebSocketCloseStatus.PolicyViolation, Shortened(why), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            socket.Abort();
        }
    }

    private static string Shortened(string why)
    {
        while (Encoding.UTF8.GetByteCount(why) > MostCloseReasonBytes)
        {
            why = why[..^1];
        }

        return why;
    }
}
