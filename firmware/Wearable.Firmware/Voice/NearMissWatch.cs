namespace Wearable.Firmware.Voice
{
    /// <summary>
    /// Finds the almost-words: a score that comes within <see cref="Points"/> of its threshold and falls again without reaching it.
    /// Told at most once in <see cref="QuietScores"/> scores, so that talk in the room does not fill the link.
    /// </summary>
    public sealed class NearMissWatch
    {
        /// <summary>How close to the threshold counts, points of score. With 8, a busy room without a word is near the shipped thresholds (-- budget, noise).</summary>
        public const int Points = 4;

        /// <summary>Scores (80 ms of sound each) after one near miss in which no other is told: 4 s.</summary>
        public const int QuietScores = 50;

        private readonly int[] _highest;
        private int _quiet;

        /// <summary>Makes its memory once.</summary>
        /// <param name="words">Words watched.</param>
        public NearMissWatch(int words)
        {
            _highest = new int[words];
        }

        /// <summary>The word that was almost heard, an index.</summary>
        public int Word { get; private set; }

        /// <summary>The highest score it reached.</summary>
        public int Score { get; private set; }

        /// <summary>Takes the scores of one step in which nothing was heard. True when a near miss has just ended.</summary>
        /// <param name="scores">One per word, 0-100.</param>
        /// <param name="thresholds">One per word, 0-100.</param>
        public bool Look(int[] scores, int[] thresholds)
        {
            bool found = false;
            if (_quiet > 0)
            {
                _quiet--;
            }

            for (int i = 0; i < _highest.Length; i++)
            {
                int score = scores[i];
                if (score >= thresholds[i] - Points && score > 0)
                {
                    if (score > _highest[i])
                    {
                        _highest[i] = score;
                    }
                }
                else if (_highest[i] > 0)
                {
                    if (_quiet == 0 && _highest[i] < thresholds[i])
                    {
                        _quiet = QuietScores;
                        Word = i;
                        Score = _highest[i];
                        found = true;
                    }

                    _highest[i] = 0;
                }
            }

            return found;
        }

        /// <summary>Forgets what is going on: a word was heard, or the sound so far does not count.</summary>
        public void Clear()
        {
            for (int i = 0; i < _highest.Length; i++)
            {
                _highest[i] = 0;
            }
        }
    }
}
