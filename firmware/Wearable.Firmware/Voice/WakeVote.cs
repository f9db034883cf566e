using System;

namespace Wearable.Firmware.Voice
{
    /// <summary>What the networks asked so far make of it.</summary>
    public enum WakeVerdict
    {
        /// <summary>The next one is to be asked.</summary>
        AskOn,

        /// <summary>No word.</summary>
        No,

        /// <summary>A word.</summary>
        Word,
    }

    /// <summary>
    /// When the jury is asked, and what the mean of all networks says. A score within <see cref="AskMargin"/> of its threshold is asked about at once;
    /// when the mean with the first juror is not within <see cref="KeepMargin"/>, the others are not asked. Asking has a price, so that the chip does not fall
    /// behind its microphone: once, again after 240 ms, then after 640 ms; what was not asked about until then is asked about together.
    /// </summary>
    public sealed class WakeVote
    {
        /// <summary>Points below the threshold from which the first network's score is asked about.</summary>
        public const int AskMargin = 2;

        /// <summary>Points below the threshold that the mean may lie while not all were asked.</summary>
        public const int KeepMargin = 3;

        // In scores of 80 ms: what may be saved up, and what a juror costs (0.4 M IL; a chip with an open gate has 0.6 M IL/s to spare).
        private const int MostCredit = 13, Price = 8;

        private const int Depth = WakeJury.MostBack + 1;

        private readonly int _words;
        private readonly int _jurors;
        private readonly int[] _thresholds;
        private readonly int[] _sums;
        private readonly int[] _total;
        private readonly int[] _since;
        private int _credit = MostCredit;
        private int _voices;

        /// <summary>Makes a vote.</summary>
        /// <param name="thresholds">Of each word, 0-100; read at every vote.</param>
        /// <param name="jurors">How many are asked at most.</param>
        public WakeVote(int[] thresholds, int jurors)
        {
            _thresholds = thresholds;
            _words = thresholds.Length;
            _jurors = jurors;
            _sums = new int[Depth * _words];
            _total = new int[Depth * _words];
            _since = new int[_words];
        }

        /// <summary>How many scores before the newest are asked about.</summary>
        public int Back { get; private set; }

        /// <summary>The word's place, after <see cref="WakeVerdict.Word"/>.</summary>
        public int Word { get; private set; }

        /// <summary>Its mean score, 0-100.</summary>
        public int Score { get; private set; }

        /// <summary>Points of a sum of two raw scores: 50 is as likely as not.</summary>
        public static int Points(int sum)
        {
            int points = WakeWordDetector.EvenScore + ((sum * WakeWordDetector.ScorePerUnit) >> 9);
            return points < 0 ? 0 : points > 100 ? 100 : points;
        }

        /// <summary>Forgets what was heard (a new stretch of sound, or just after a word).</summary>
        public void Clear()
        {
            Array.Clear(_since, 0, _words);
        }

        /// <summary>Takes the first network's newest scores. True: ask.</summary>
        /// <param name="sums">Of each word: the last two raw scores together.</param>
        public bool Note(int[] sums)
        {
            Array.Copy(_sums, 0, _sums, _words, (Depth - 1) * _words);
            Array.Copy(sums, 0, _sums, 0, _words);
            if (_credit < MostCredit)
            {
                _credit++;
            }

            int back = -1;
            for (int w = 0; w < _words; w++)
            {
                if (_since[w] > 0)
                {
                    _since[w] = _since[w] < Depth ? _since[w] + 1 : Depth;
                }
                else if (Asks(w, 0))
                {
                    _since[w] = 1;
                }

                back = _since[w] - 1 > back ? _since[w] - 1 : back;
            }

            if (back < 0 || _credit < Price)
            {
                return false;
            }

            Back = back;
            Array.Copy(_sums, 0, _total, 0, _total.Length);
            _voices = 1;
            return true;
        }

        /// <summary>Takes what a juror says.</summary>
        /// <param name="scores">As <see cref="WakeJury.Scores"/>, for <see cref="Back"/>.</param>
        public WakeVerdict Add(int[] scores)
        {
            _credit -= Price;
            _voices++;
            bool last = _voices > _jurors;
            int best = -1;
            for (int back = 0; back <= Back; back++)
            {
                for (int w = 0; w < _words; w++)
                {
                    int i = (back * _words) + w;
                    _total[i] += scores[i];
                    int points = Points(_total[i] / _voices);
                    if (back < _since[w] && Asks(w, back) && points >= _thresholds[w] - (last ? 0 : KeepMargin) && points > best)
                    {
                        best = points;
                        Word = w;
                    }
                }
            }

            if (best >= 0 && !last)
            {
                return WakeVerdict.AskOn;
            }

            Clear();
            Score = best;
            return best < 0 ? WakeVerdict.No : WakeVerdict.Word;
        }

        private bool Asks(int word, int back)
        {
            return Points(_sums[(back * _words) + word]) >= _thresholds[word] - AskMargin;
        }
    }
}
