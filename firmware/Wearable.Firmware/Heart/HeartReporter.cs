using Wearable.Contract;
using Wearable.Firmware.Link;

namespace Wearable.Firmware.Heart
{
    /// <summary>Publishes what the pulse says: readings when there is something new, beats in batches. Never retained.</summary>
    public sealed class HeartReporter
    {
        private readonly IHeartMonitor _monitor;
        private readonly EventPublisher _publisher;
        private readonly Topics _topics;
        private readonly HeartMessage _heart = new HeartMessage();
        private readonly BeatsMessage _beats = new BeatsMessage();
        private int _published;

        /// <summary>Makes a reporter.</summary>
        public HeartReporter(IHeartMonitor monitor, EventPublisher publisher, Topics topics)
        {
            _monitor = monitor;
            _publisher = publisher;
            _topics = topics;
        }

        /// <summary>Lets the sensor work and publishes what is new.</summary>
        public void Step()
        {
            _monitor.Step();
            if (_monitor.Version == _published)
            {
                return;
            }

            _published = _monitor.Version;
            HeartReading reading = _monitor.Reading;
            _heart.HasRate = reading.HasRate;
            _heart.RateBpmX10 = reading.RateBpmX10;
            _heart.Quality = reading.Quality;
            _heart.State = (int)reading.State;
            _heart.Source = reading.Source;
            _heart.Perfusion = reading.Perfusion;
            _heart.MotionMilliG = reading.MotionMilliG;
            _publisher.Publish(_topics.Heart, _heart, 0, false, Priority.Telemetry);
            _beats.Count = _monitor.TakeBeats(_beats.IntervalsMs, _beats.Accepted, out _beats.FirstBeatMs);
            if (_beats.Count > 0)
            {
                _publisher.Publish(_topics.Beats, _beats, 0, false, Priority.Telemetry);
            }
        }
    }
}
