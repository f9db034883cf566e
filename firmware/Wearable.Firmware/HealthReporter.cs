using Wearable.Contract;
using Wearable.Firmware.Link;

namespace Wearable.Firmware
{
    /// <summary>Reports how the device itself is doing.</summary>
    public sealed class HealthReporter
    {
        private readonly DeviceBoard _board;
        private readonly EventPublisher _publisher;
        private readonly ConnectionKeeper _connection;
        private readonly string _topic;
        private readonly DeviceHealthMessage _message = new DeviceHealthMessage();
        private long _nextMs;
        private int _lowestHeap = int.MaxValue;
        private int _worstLoopMs;

        /// <summary>Makes a reporter.</summary>
        public HealthReporter(DeviceBoard board, EventPublisher publisher, ConnectionKeeper connection, string topic)
        {
            _board = board;
            _publisher = publisher;
            _connection = connection;
            _topic = topic;
        }

        /// <summary>Takes the time of one loop pass, without the wait for the microphone.</summary>
        public void OnPass(int ms)
        {
            if (ms > _worstLoopMs)
            {
                _worstLoopMs = ms;
            }
        }

        /// <summary>Publishes when it is time.</summary>
        /// <param name="nowMs">Uptime.</param>
        /// <param name="everyMs">Time between two reports.</param>
        public void Step(long nowMs, int everyMs)
        {
            if (nowMs < _nextMs)
            {
                return;
            }

            _nextMs = nowMs + everyMs;
            int heap = _board.Power.FreeHeapBytes;
            if (heap < _lowestHeap)
            {
                _lowestHeap = heap;
            }

            _message.HasBattery = _board.Power.HasBattery;
            _message.BatteryPercent = _board.Power.BatteryPercent;
            _message.FreeHeapBytes = heap;
            _message.LowestHeapBytes = _lowestHeap;
            _message.Collections = _board.Power.CollectionCount;
            _message.RssiDbm = _board.Network.RssiDbm;
            _message.HasRssi = _message.RssiDbm != 0;
            _message.UptimeMs = nowMs;
            _message.ResetReason = _board.Power.ResetReason;
            _message.Reconnects = _connection.Reconnects;
            _message.DroppedMessages = _publisher.Dropped;
            _message.WorstLoopMs = _worstLoopMs;
            _message.AudioOverruns = _board.Microphone.Overruns;
            _worstLoopMs = 0;
            _publisher.Publish(_topic, _message, 0, false, Priority.Telemetry);
        }
    }
}
