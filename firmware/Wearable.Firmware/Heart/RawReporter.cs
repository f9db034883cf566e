using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Link;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Publishes the sensor's light for as long as a command asked for, at most ten minutes: 50 samples a second are two messages and about
    /// 600 bytes a second, and 32 k instructions a second on top of the pulse's own 24 k. A message that does not get out is lost and counted like any telemetry; the index tells.
    /// </summary>
    public sealed class RawReporter
    {
        private readonly IRawPulse _pulse;
        private readonly EventPublisher _publisher;
        private readonly IClock _clock;
        private readonly string _topic;
        private readonly RawPulseMessage _raw = new RawPulseMessage();
        private long _untilMs;
        private int _index;
        private bool _on;

        /// <summary>Makes a reporter that is off.</summary>
        public RawReporter(IRawPulse pulse, EventPublisher publisher, IClock clock, string topic)
        {
            _pulse = pulse;
            _publisher = publisher;
            _clock = clock;
            _topic = topic;
        }

        /// <summary>Streams for this long from now on; 0 ends it.</summary>
        /// <param name="ms">0 to <see cref="RawPulseMessage.MaxMs"/>.</param>
        public void StreamFor(int ms)
        {
            _untilMs = _clock.UptimeMs + ms;
            if (!_on)
            {
                _index = 0;
                _raw.Count = 0;
            }

            _on = ms > 0;
        }

        /// <summary>Takes the samples of the monitor's last step.</summary>
        public void Step()
        {
            if (!_on)
            {
                return;
            }

            long nowMs = _clock.UptimeMs;
            if (nowMs >= _untilMs)
            {
                _on = false;
                Send();
                return;
            }

            int count = _pulse.RawCount;
            if (count > 0)
            {
                Take(count, nowMs);
            }
        }

        private void Take(int count, long nowMs)
        {
            Max30102 sensor = _pulse.Sensor;
            if (sensor.Restarted)
            {
                Send();
                _index = 0;
            }
            else if (sensor.LostBefore > 0 || sensor.Stepped || _raw.Led != _pulse.RawLed)
            {
                Send();
                _index += sensor.LostBefore;
            }

            int[] from = sensor.Samples;
            int[] to = _raw.Samples;
            for (int i = 0; i < count; i++)
            {
                if (_raw.Count == 0)
                {
                    _raw.Index = _index;
                    _raw.FirstMs = nowMs - (count - i) * 1000000L / sensor.SampleRateMilliHz;
                    _raw.FirstMs = _raw.FirstMs < 0 ? 0 : _raw.FirstMs;
                    _raw.RateMilliHz = sensor.SampleRateMilliHz;
                    _raw.Led = _pulse.RawLed;
                    _raw.Stepped = i == 0 && sensor.Stepped ? 1 : 0;
                }

                to[_raw.Count] = from[i];
                _raw.Count++;
                _index++;
                if (_raw.Count == RawPulseMessage.MaxSamples)
                {
                    Send();
                }
            }
        }

        private void Send()
        {
            if (_raw.Count > 0)
            {
                _publisher.Publish(_topic, _raw, 0, false, Priority.Telemetry);
                _raw.Count = 0;
            }
        }
    }
}
