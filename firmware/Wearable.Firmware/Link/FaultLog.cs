using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Link
{
    /// <summary>Reports faults, each kind at most once in ten seconds with its count, so that a storm does not fill the queue.</summary>
    public sealed class FaultLog
    {
        /// <summary>Kinds of fault.</summary>
        public const int AnswerMissing = 0, AnswerStalled = 1, AnswerStarved = 2, BadMessage = 3, AudioOverrun = 4, SpeechDropped = 5, SensorSilent = 6, QueueFull = 7, BadModel = 8;

        private const int QuietMs = 10000;

        private static readonly string[] Names = { "answer-missing", "answer-stalled", "answer-starved", "bad-message", "audio-overrun", "speech-dropped", "sensor-silent", "queue-full", "bad-model" };

        private readonly EventPublisher _publisher;
        private readonly IClock _clock;
        private readonly string _topic;
        private readonly OccurrenceMessage _message = new OccurrenceMessage();
        private readonly int[] _counts = new int[Names.Length];
        private readonly int[] _reported = new int[Names.Length];
        private readonly long[] _lastMs = new long[Names.Length];

        /// <summary>Makes a log.</summary>
        public FaultLog(EventPublisher publisher, IClock clock, string topic)
        {
            _publisher = publisher;
            _clock = clock;
            _topic = topic;
        }

        /// <summary>One more of a kind.</summary>
        /// <param name="kind">One of the constants.</param>
        /// <param name="text">For people; at most 200 characters are sent.</param>
        public void Report(int kind, string text)
        {
            _counts[kind]++;
            long now = _clock.UptimeMs;
            if (_reported[kind] > 0 && now - _lastMs[kind] < QuietMs)
            {
                return;
            }

            _lastMs[kind] = now;
            _reported[kind] = _counts[kind];
            _message.What = Names[kind];
            _message.SinceMs = now;
            _message.Count = _counts[kind];
            _message.Text = text.Length > 200 ? text.Substring(0, 200) : text;
            _publisher.Publish(_topic, _message, 1, false, Priority.Event);
        }

        /// <summary>Reports a kind whenever a counter kept elsewhere has grown.</summary>
        /// <param name="kind">One of the constants.</param>
        /// <param name="counter">The counter's value now.</param>
        public void Watch(int kind, int counter)
        {
            if (counter > _counts[kind])
            {
                _counts[kind] = counter - 1;
                Report(kind, "");
            }
        }
    }
}
