using Wearable.Contract;
using Wearable.Firmware.Link;

namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// Publishes light and acceleration at 12.5 Hz while the pulse is followed through movement, only where the owner allowed it: the gateway
    /// finds the rate again, 10 s later and better. About one message a second of 300 bytes.
    /// </summary>
    public sealed class MotionReporter
    {
        private readonly MotionFollower _motion;
        private readonly EventPublisher _publisher;
        private readonly string _topic;
        private readonly MotionMessage _message = new MotionMessage();
        private int _seen;
        private int _index;
        private bool _on;

        /// <summary>Makes a reporter.</summary>
        public MotionReporter(MotionFollower motion, EventPublisher publisher, string topic)
        {
            _motion = motion;
            _publisher = publisher;
            _topic = topic;
        }

        /// <summary>Takes what is new; call once a pass, after the monitor's step.</summary>
        /// <param name="allowed">The owner's setting.</param>
        public void Step(bool allowed)
        {
            int fresh = _motion.Instants - _seen;
            _seen = _motion.Instants;
            if (!allowed || !_motion.Follows)
            {
                _on = false;
                return;
            }

            if (!_on || fresh > MotionFollower.Kept)
            {
                _on = true;
                _index = 0;
                _message.Count = 0;
            }

            for (int back = fresh < MotionFollower.Kept ? fresh : MotionFollower.Kept; back > 0; back--)
            {
                Add(back);
            }
        }

        private void Add(int back)
        {
            MotionMessage message = _message;
            int n = message.Count;
            if (n == 0)
            {
                message.Index = _index;
            }

            int light = _motion.LightAt(back);
            message.Light1[n] = light;
            message.Light2[n] = light;
            message.X[n] = _motion.XAt(back);
            message.Y[n] = _motion.YAt(back);
            message.Z[n] = _motion.ZAt(back);
            message.Count = n + 1;
            _index++;
            if (message.Count == MotionMessage.MaxSamples)
            {
                _publisher.Publish(_topic, message, 0, false, Priority.Telemetry);
                message.Count = 0;
            }
        }
    }
}
