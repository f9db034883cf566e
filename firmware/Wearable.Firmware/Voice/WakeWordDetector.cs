using System;
using Wearable.Contract;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Hears wake words in integers: gate, features, network, score. While the gate is closed a hop costs a look at 40 samples, plus one
    /// row in eight hops that keeps the noise floors alive (counted with the whole device: 0.19 M IL/s). When it opens, the rows start <see cref="PastHops"/> back in the kept sound and catch up with two rows a call; then one row and a quarter
    /// of the network a hop (1.37 M IL/s). Memory: about 25 KB: 17 KB of packed weights, what is left
    /// of the model's arrays and the network's state. The sound it looks back at is the device's one ring.
    /// </summary>
    public sealed class WakeWordDetector : IWakeWordDetector
    {
        /// <summary>How far before the gate's opening the rows start: 240 ms, longer than the soft first sounds of a word.</summary>
        public const int PastHops = 12;

        /// <summary>Most rows made in one call of <see cref="Hear"/>: bounds its work to about 35 ms of a 2 M IL/s chip.</summary>
        public const int RowsPerCall = 2;

        /// <summary>Nothing is reported for this long after a hit.</summary>
        public const int QuietMs = 960;

        /// <summary>The score that means "as likely as not" to the network; a unit of log odds is <see cref="ScorePerUnit"/> points.</summary>
        public const int EvenScore = 50;

        /// <summary>Points of score for one unit of log odds.</summary>
        public const int ScorePerUnit = 5;

        private const int LevelSlots = 128;
        private const int FloorEveryHops = 8;
        private const int NearHops = 50;

        // The count of hops goes back now and then (by a multiple of both rings), so that it never overflows.
        private const int HopsBeforeRestart = 1 << 20;
        private const int ScoreMs = WakeNet.RowsPerScore * AudioFormat.HopMs;

        /// <summary>Where in a hop the row's bytes begin: its 8 ms sit in the middle.</summary>
        public const int RowOffset = (RawSound.HopBytes - WakeFeatures.RawBytes) / 2 / RawSound.FrameBytes * RawSound.FrameBytes;

        private readonly string[] _words;
        private readonly string _version;
        private readonly WakeGate _gate = new WakeGate();
        private readonly WakeFeatures _features = new WakeFeatures();
        private readonly WakeNet _net;
        private readonly WakeDetection _detection = new WakeDetection();
        private readonly WakeDetection _nearMiss = new WakeDetection();
        private readonly NearMissWatch _near;
        private readonly short[] _levels = new short[LevelSlots];
        private readonly int[] _row = new int[WakeFeatures.Bands];
        private readonly int[] _before;
        private readonly int[] _scores;
        private readonly int[] _thresholds;
        private int _hop;
        private int _fresh;
        private int _backlog;
        private int _closedHops;
        private int _quietScores;
        private int _more;
        private bool _open;
        private bool _nearMissed;

        /// <summary>Builds the detector; nothing is allocated afterwards.</summary>
        /// <param name="model">A model, for example WakeModelShipped.Create().</param>
        /// <exception cref="ArgumentException">The model's arrays do not fit its shape.</exception>
        public WakeWordDetector(WakeModel model)
        {
            _words = model.Words;
            _version = model.Version;
            _net = new WakeNet(model);
            int words = model.Words.Length;
            _before = new int[words];
            _scores = new int[words];
            _thresholds = new int[words];
            Array.Copy(model.Thresholds, 0, _thresholds, 0, words);
            _near = new NearMissWatch(words);
            _detection.Word = model.Words[0];
            _nearMiss.Word = model.Words[0];
        }

        /// <inheritdoc/>
        public string[] Words
        {
            get { return _words; }
        }

        /// <inheritdoc/>
        public WakeDetection Detection
        {
            get { return _detection; }
        }

        /// <inheritdoc/>
        public WakeDetection NearMiss
        {
            get { return _nearMiss; }
        }

        /// <inheritdoc/>
        public bool TakeNearMiss()
        {
            bool missed = _nearMissed;
            _nearMissed = false;
            return missed;
        }

        /// <inheritdoc/>
        public bool GateOpen
        {
            get { return _gate.IsOpen; }
        }

        /// <inheritdoc/>
        public string ModelVersion
        {
            get { return _version; }
        }

        /// <summary>Score of each word after the last step, 0-100; 0 while the gate is closed.</summary>
        public int[] Scores
        {
            get { return _scores; }
        }

        /// <summary>Steps scored so far (80 ms of sound each); tells a reader of <see cref="Scores"/> that they are new.</summary>
        public int ScoreCount { get; private set; }

        /// <inheritdoc/>
        public bool SetThreshold(string word, int threshold)
        {
            if (threshold < 0 || threshold > 100)
            {
                throw new ArgumentException("threshold: 0 to 100 expected, got " + threshold.ToString());
            }

            for (int i = 0; i < _thresholds.Length; i++)
            {
                if (_words[i] == word)
                {
                    _thresholds[i] = threshold;
                    return true;
                }
            }

            return false;
        }

        /// <inheritdoc/>
        public void NeedMore(int points)
        {
            _more = points;
        }

        /// <inheritdoc/>
        public int GetThreshold(int wordIndex)
        {
            return _thresholds[wordIndex];
        }

        /// <inheritdoc/>
        public void Reset()
        {
            _gate.Reset();
            _fresh = 0;
            _backlog = 0;
            _quietScores = 0;
            _near.Clear();
            Close();
        }

        /// <inheritdoc/>
        public bool Hear(HopRing sound)
        {
            _gate.Look(sound.Sound, sound.Begin(0));
            _levels[_hop & (LevelSlots - 1)] = (short)_gate.Level;
            _hop++;
            if (_hop == HopsBeforeRestart)
            {
                _hop -= HopsBeforeRestart / 2;
            }

            if (_fresh <= PastHops)
            {
                _fresh++;
            }

            if (!_gate.IsOpen)
            {
                Idle(sound);
                return false;
            }

            if (!_open)
            {
                Open(sound.Count);
            }
            else
            {
                _backlog++;
            }

            for (int n = 0; n < RowsPerCall && _backlog > 0; n++)
            {
                Extract(sound, _backlog, 1);
                _backlog--;
                if (_net.Push(_row) && Decide())
                {
                    return true;
                }
            }

            return false;
        }

        // A short ring: the rows start later.
        private void Open(int kept)
        {
            _open = true;
            _backlog = kept < _fresh ? kept : _fresh;
            _net.Reset();
        }

        private void Close()
        {
            _open = false;
            _closedHops = 0;
            int never = -WakeModel.Ceiling;
            for (int i = 0; i < _scores.Length; i++)
            {
                _scores[i] = 0;
                _before[i] = never;
            }
        }

        private void Idle(HopRing sound)
        {
            if (_open)
            {
                _backlog = 0;
                Close();
            }

            _closedHops++;
            if (_closedHops >= FloorEveryHops)
            {
                Extract(sound, 1, _closedHops);
                _closedHops = 0;
            }
        }

        // back: 1 is the newest hop.
        private void Extract(HopRing sound, int back, int hopsSince)
        {
            _features.Extract(sound.Sound, sound.Begin(back - 1) + RowOffset, hopsSince, _row);
        }

        // Two raw scores are averaged: one loud step alone is less than a word.
        private bool Decide()
        {
            int[] logits = _net.Logits;
            int best = -1;
            ScoreCount++;
            for (int i = 0; i < logits.Length; i++)
            {
                int score = EvenScore + (((logits[i] + _before[i]) * ScorePerUnit) >> 9);
                _before[i] = logits[i];
                score = score < 0 ? 0 : score > 100 ? 100 : score;
                _scores[i] = score;
                if (score >= _thresholds[i] + _more && (best < 0 || score > _scores[best]))
                {
                    best = i;
                }
            }

            if (_quietScores > 0)
            {
                _quietScores--;
                return false;
            }

            if (best < 0)
            {
                if (_near.Look(_scores, _thresholds))
                {
                    ReportNear();
                }

                return false;
            }

            _near.Clear();
            _quietScores = QuietMs / ScoreMs;
            Report(best);
            return true;
        }

        private void Report(int word)
        {
            WakeDetection detection = _detection;
            detection.Word = _words[word];
            detection.Score = _scores[word];
            detection.Threshold = _thresholds[word] + _more;
            int beganBack = WordExtent.BeganBack(_levels, _hop, _backlog, _gate.FloorLevel);
            detection.BeganMsAgo = beganBack * AudioFormat.HopMs;
            detection.LevelDb = LevelDb(beganBack);
        }

        // A near miss is not worth finding where it began: the loudest of the last second will do.
        private void ReportNear()
        {
            _nearMiss.Word = _words[_near.Word];
            _nearMiss.Score = _near.Score;
            _nearMiss.Threshold = _thresholds[_near.Word];
            _nearMiss.BeganMsAgo = NearHops * AudioFormat.HopMs;
            _nearMiss.LevelDb = LevelDb(NearHops);
            _nearMissed = true;
        }

        // Mean magnitude to decibels: a sixteenth of an octave is 0.376 dB; speech has about 2 dB more power than its mean magnitude says.
        private int LevelDb(int hopsBack)
        {
            int levelDb = (WordExtent.Peak(_levels, _hop, 1, hopsBack) - WakeGate.FullScaleLevel) * 6 / 16 + 2;
            return levelDb > 0 ? 0 : levelDb < -96 ? -96 : levelDb;
        }
    }
}
