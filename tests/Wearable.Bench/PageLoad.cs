using System.Net.Sockets;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Bench;

/// <summary>
/// Wearables at protocol level that tell everything a wearable tells, at the highest rate the contract has: heart rate and beats every 2 s, health every
/// 30 s, a near miss every 20 s, and every minute a turn (wake word, changes of state, the gateway's phases) and every five a fault.
/// </summary>
internal sealed class PageLoad(IDeviceSender gateway, int mqttPort)
{
    private const int EveryMs = 2000;

    private readonly TaskCompletionSource _connected = new();
    private long _sent;

    /// <summary>Messages so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>All have told who they are.</summary>
    public Task Connected => _connected.Task;

    public async Task RunAsync(int wearables, CancellationToken over)
    {
        try
        {
            Member[] members = [.. await Task.WhenAll(Enumerable.Range(0, wearables).Select(async i => new Member(this, await RawMqtt.ConnectAsync(mqttPort, $"bench-{i + 1:00}", 60, over), i)))];
            await Task.WhenAll(members.Select(member => member.BeginAsync()));
            _connected.SetResult();
            await Task.WhenAll(members.Select(member => member.RunAsync(over)));
        }
        catch (Exception e) when (!_connected.Task.IsCompleted)
        {
            _connected.SetException(e);
        }
    }

    private sealed class Member(PageLoad load, Socket socket, int index)
    {
        private readonly string _id = $"bench-{index + 1:00}";
        private readonly Topics _topics = new($"bench-{index + 1:00}");
        private readonly Random _random = new(index);
        private readonly byte[] _answer = new byte[4];
        private int _number;
        private int _turns;

        public async Task BeginAsync()
        {
            await SendAsync(_topics.Status, System.Text.Encoding.UTF8.GetBytes(StatusMessage.Online));
            await TellAsync(_topics.Info, new InfoMessage { Board = "simulator", FirmwareVersion = "0.1.0", Words = "computer,hey-bear", Thresholds = [60, 60], ModelVersion = "bench", Codecs = [0, 30] });
            await StateAsync(0);
            await HealthAsync();
            await HeartAsync();
        }

        public async Task RunAsync(CancellationToken over)
        {
            try
            {
                await Task.Delay(_random.Next(EveryMs), over);
                for (int step = _random.Next(30); ; step++)
                {
                    await HeartAsync();
                    if (step % 10 == 3)
                    {
                        await TellAsync(_topics.NearMiss, new NearMissMessage { Word = "computer", Score = 53 + _random.Next(7), Threshold = 60, LevelDb = -38 });
                    }

                    if (step % 15 == 7)
                    {
                        await HealthAsync();
                    }

                    if (step % 30 == 11)
                    {
                        await TurnAsync();
                    }

                    if (step % 150 == 20)
                    {
                        await TellAsync(_topics.Fault, new OccurrenceMessage { What = "sensor", Count = 1, Text = "no answer on the bus" });
                    }

                    await Task.Delay(EveryMs, over);
                }
            }
            catch (OperationCanceledException)
            {
                // the measurement is over
            }
            finally
            {
                socket.Dispose();
            }
        }

        private async Task HeartAsync()
        {
            int rate = 620 + (int)(80 * Math.Sin(_number / 40.0)) + _random.Next(15);
            BeatsMessage beats = new() { Count = 2 };
            for (int i = 0; i < 2; i++)
            {
                (beats.IntervalsMs[i], beats.Accepted[i]) = (600_000 / rate, _random.Next(20) == 0 ? 0 : 1);
            }

            await TellAsync(_topics.Beats, beats);
            await TellAsync(_topics.Heart, new HeartMessage { HasRate = true, RateBpmX10 = rate, Quality = 70 + _random.Next(30), State = 2, Source = 1, Perfusion = 1200 });
        }

        private Task HealthAsync() => TellAsync(_topics.DeviceHealth, new DeviceHealthMessage
        {
            HasBattery = true, BatteryPercent = 80, FreeHeapBytes = 90_000 + _random.Next(9000), LowestHeapBytes = 71_680, Collections = _number / 60, HasRssi = true,
            RssiDbm = -55 - _random.Next(10), UptimeMs = _number * 1000, ResetReason = "power", WorstLoopMs = 90 + _random.Next(30),
        });

        private Task StateAsync(int mode) => TellAsync(_topics.State, new StateMessage { Mode = mode, Microphone = mode == 2 ? 2 : 1 });

        private async Task TurnAsync()
        {
            string turnId = $"{index:x4}-{++_turns}";
            await TellAsync(_topics.Wake, new WakeMessage { TurnId = turnId, Word = "computer", Score = 60 + _random.Next(40), Threshold = 60, LevelDb = -31, PreRollMs = 600 });
            TurnMessage turn = new() { TurnId = turnId };
            string[] phases = [TurnPhases.Speech, TurnPhases.Text, TurnPhases.Answer, TurnPhases.Answer, TurnPhases.Audio, TurnPhases.Done];
            int[] modes = [2, 3, 3, 3, 4, 0], stages = [540, 910, 1180, 1320, 1410, 3900];
            for (int i = 0; i < phases.Length; i++)
            {
                await StateAsync(modes[i]);
                (turn.Reached[i], turn.StageMs[i]) = (true, stages[i] + _random.Next(100));
                (turn.Heard, turn.Answer) = (i >= 1 ? "what time is it" : "", i >= 2 ? "It is noon." : "");
                await load.GatewayTurnAsync(_id, phases[i], turn);
            }
        }

        private Task TellAsync(string topic, DeviceMessage message)
        {
            message.BootId = 7;
            message.Number = ++_number;
            WireWriter writer = new();
            message.Write(writer);
            return SendAsync(topic, writer.ToArray());
        }

        private async Task SendAsync(string topic, byte[] payload)
        {
            byte[] packet = RawMqtt.Publish(topic, payload, out int idAt);
            packet[idAt + 1] = 1; // one at a time
            await socket.SendAsync(packet);
            await RawMqtt.ReadAsync(socket, _answer);
            Interlocked.Increment(ref load._sent);
        }
    }

    private async Task GatewayTurnAsync(string id, string phase, TurnMessage turn)
    {
        await gateway.PublishTurnAsync(id, phase, turn);
        Interlocked.Increment(ref _sent);
    }
}
