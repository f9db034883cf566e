namespace Wearable.Firmware.Heart
{
    /// <summary>
    /// The moving pulse beside the still one: brings light and acceleration to 12.5 Hz, lets the tracker work while the beats are not sure or the
    /// body moves, a slice of the work a pass, and says when the tracker's rate may be told. At rest it only keeps the samples.
    /// </summary>
    public sealed class MotionFollower
    {
        /// <summary>Instants kept for a reader, while the tracker works.</summary>
        public const int Kept = 4;

        private bool _follows;
        private int _total;
        private const int MostLight = 262143;

        // Mean change of all axes from one instant (80 ms) to the next; the sensor's own noise makes about 10.
        private const int MovingMilliG = 40;
        private const int InstantsPerLook = 25;

        // What the beats told up to 20 s ago is still near where the pulse is.
        private const int WindowsTrusted = 10;

        // A rate of the beats this far from the tracker's, in thousandths, is the rhythm of the movement.
        private const int MostOffMilli = 50;

        private readonly Lis3dh _sensor;
        private readonly MotionTracker _tracker = new MotionTracker(0, true);
        private readonly MotionGate _gate = new MotionGate();
        private bool _working;
        private int _x;
        private int _y;
        private int _z;
        private int _change;
        private bool _felt;
        private int _instants;
        private int _trusted;
        private int _sinceTrusted = WindowsTrusted;
        private readonly int[] _lights = new int[Kept];
        private readonly int[] _xs = new int[Kept];
        private readonly int[] _ys = new int[Kept];
        private readonly int[] _zs = new int[Kept];

        /// <summary>Makes a follower.</summary>
        /// <param name="sensor">The motion sensor; may be absent.</param>
        public MotionFollower(Lis3dh sensor)
        {
            _sensor = sensor;
        }

        /// <summary>The motion sensor and its counters.</summary>
        public Lis3dh Sensor
        {
            get { return _sensor; }
        }

        /// <summary>True when acceleration is measured.</summary>
        public bool HasSensor
        {
            get { return _sensor.State == Lis3dhState.Running; }
        }

        /// <summary>True when the last 2 s of acceleration were not those of a body at rest.</summary>
        public bool Moving { get; private set; }

        /// <summary>True while the tracker works.</summary>
        public bool Follows
        {
            get { return _follows; }
        }

        /// <summary>Rate of the tracker's newest window, told or not; beats per minute times ten, 0 before the first.</summary>
        public int RateBpmX10
        {
            get { return _tracker.RateBpmX10; }
        }

        /// <summary>Movement of the newest window, root mean square without gravity, milli-g; 0 while at rest or without a sensor.</summary>
        public int MotionMilliG
        {
            get { return Follows ? _tracker.MotionMilliG : 0; }
        }

        /// <summary>0-100: how alone the followed rate stands in its spectrum.</summary>
        public int Quality
        {
            get { return _tracker.PurityMilli / 10; }
        }

        /// <summary>True when the tracker's rate is to be told: the beats tell none, or one that the movement made.</summary>
        public bool Tells { get; private set; }

        /// <summary>True when the body moves and the beats tell another rate than the tracker follows: theirs may be the rhythm of the movement.</summary>
        public bool DoubtsBeats { get; private set; }

        /// <summary>Instants at 12.5 Hz since boot: tells a reader of the values below that they are new.</summary>
        public int Instants
        {
            get { return _total; }
        }

        /// <summary>Light of an instant, counts, steps of the LED taken out.</summary>
        /// <param name="back">1 the newest, up to <see cref="Kept"/>.</param>
        public int LightAt(int back)
        {
            int light = _lights[(Instants - back) & (Kept - 1)] >> 2;
            return light < 0 ? 0 : light > MostLight ? MostLight : light;
        }

        /// <summary>Acceleration of an instant, milli-g.</summary>
        /// <param name="back">1 the newest, up to <see cref="Kept"/>.</param>
        public int XAt(int back)
        {
            return _xs[(Instants - back) & (Kept - 1)];
        }

        /// <summary>Acceleration of an instant, milli-g.</summary>
        /// <param name="back">1 the newest, up to <see cref="Kept"/>.</param>
        public int YAt(int back)
        {
            return _ys[(Instants - back) & (Kept - 1)];
        }

        /// <summary>Acceleration of an instant, milli-g.</summary>
        /// <param name="back">1 the newest, up to <see cref="Kept"/>.</param>
        public int ZAt(int back)
        {
            return _zs[(Instants - back) & (Kept - 1)];
        }

        /// <summary>Lets the tracker work a little: call once a pass while <see cref="Follows"/>.</summary>
        /// <returns>True when a window was judged just now: call <see cref="Decide"/>.</returns>
        public bool Step()
        {
            if (!_working || !_tracker.Step())
            {
                return false;
            }

            _working = false;
            _gate.Judge(_tracker.RateBpmX10, _tracker.PeakMilli, _tracker.PurityMilli, _tracker.SwingMilli, HasSensor && Moving);
            return true;
        }

        /// <summary>Lets the motion sensor deliver: call before light that has just come.</summary>
        /// <param name="nowMs">Uptime.</param>
        public void Poll(long nowMs)
        {
            _sensor.Poll(nowMs);
        }

        /// <summary>Takes light at 12.5 Hz.</summary>
        /// <param name="light">Four samples together, counts.</param>
        public void Push(int light)
        {
            if (_sensor.Count > 0)
            {
                Accelerate();
            }

            if (_follows)
            {
                int at = _total & (Kept - 1);
                _lights[at] = light;
                _xs[at] = _x;
                _ys[at] = _y;
                _zs[at] = _z;
            }

            _total++;
            if (_tracker.Push(light, light, _x, _y, _z))
            {
                _working = _follows;
            }
        }

        /// <summary>After each window of the beats: whether the tracker is needed from here on, and what is told.</summary>
        /// <param name="beatsBpmX10">What the beats tell, beats per minute times ten; 0 nothing.</param>
        /// <param name="moving">True when the body moves.</param>
        public void Decide(int beatsBpmX10, bool moving)
        {
            bool needed = beatsBpmX10 == 0 || moving;
            if (needed && !Follows)
            {
                Begin();
            }

            if (!needed)
            {
                _working = false;
            }

            _follows = needed;
            int off = beatsBpmX10 - _tracker.RateBpmX10;
            bool differ = (off < 0 ? -off : off) * 1000L > (long)beatsBpmX10 * MostOffMilli;
            DoubtsBeats = moving && beatsBpmX10 > 0 && ((HasSensor && !_gate.Tells) || (_tracker.RateBpmX10 > 0 && differ));
            Tells = Follows && _gate.Tells && (beatsBpmX10 == 0 || DoubtsBeats || moving);
            if (beatsBpmX10 > 0 && !DoubtsBeats)
            {
                _trusted = beatsBpmX10;
                _sinceTrusted = 0;
            }
            else if (_sinceTrusted < WindowsTrusted)
            {
                _sinceTrusted++;
            }
        }

        /// <summary>Nobody there, or light that says nothing: what was followed is over.</summary>
        public void Lose()
        {
            _follows = false;
            Tells = false;
            DoubtsBeats = false;
            _working = false;
            _sinceTrusted = WindowsTrusted;
            _gate.Reset();
        }

        /// <summary>The light was interrupted: its samples are void.</summary>
        public void Reset()
        {
            Lose();
            _tracker.Reset();
        }

        private void Begin()
        {
            if (_sinceTrusted < WindowsTrusted)
            {
                _tracker.Begin(_trusted);
                _gate.Trust(_trusted);
                return;
            }

            _tracker.Begin(0);
            _gate.Reset();
        }

        private void Accelerate()
        {
            int count = _sensor.Count;
            int x = _sensor.SumX / count;
            int y = _sensor.SumY / count;
            int z = _sensor.SumZ / count;
            _sensor.Clear();
            int change = x - _x;
            int all = change < 0 ? -change : change;
            change = y - _y;
            all += change < 0 ? -change : change;
            change = z - _z;
            all += change < 0 ? -change : change;

            // The first is no change: gravity was there before it was measured.
            _change += _felt ? all : 0;
            _felt = true;
            _x = x;
            _y = y;
            _z = z;
            _instants++;
            if (_instants == InstantsPerLook)
            {
                Moving = _change >= MovingMilliG * InstantsPerLook;
                _change = 0;
                _instants = 0;
            }
        }
    }
}
