using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Voice;

namespace Wearable.DeviceTests
{
    /// <summary>A board whose every part a test can see and steer; time passes only in its microphone and its sleep.</summary>
    internal sealed class FakeBoard : IMicrophone, ISpeaker, INetwork, IStorage, ILight, IButton, IPower, IWakeWordDetector
    {
        private readonly WakeDetection _detection = new WakeDetection();
        private readonly string[] _words = { "computer" };
        private byte[] _file;
        private int _hops;

        /// <summary>True: the next hop completes the wake word.</summary>
        public bool WakeNow;

        /// <summary>The button.</summary>
        public bool Pressed;

        /// <summary>Bytes the speaker was given.</summary>
        public int PlayedBytes;

        /// <summary>The speaker still sounds.</summary>
        public bool Sounding;

        /// <summary>Microphone powered.</summary>
        public bool Captures;

        /// <summary>What the light shows.</summary>
        public DeviceMode Shown;

        /// <summary>Restarts asked for.</summary>
        public int Reboots;

        /// <summary>Puts a device together on this board.</summary>
        public FakeBoard()
        {
            Clock = new FakeClock();
            Link = new FakeLink();
            Sensor = new FakeSensor(Clock);
            _detection.Word = _words[0];
            _detection.Score = 88;
            _detection.Threshold = 62;
            _detection.LevelDb = -20;
            _detection.BeganMsAgo = 400;
            DeviceBoard board = new DeviceBoard();
            board.Name = "fake";
            board.Microphone = this;
            board.Speaker = this;
            board.I2c = Sensor;
            board.Network = this;
            board.Link = Link;
            board.Clock = Clock;
            board.Storage = this;
            board.Light = this;
            board.Button = this;
            board.Power = this;
            DeviceIdentity identity = new DeviceIdentity();
            identity.DeviceId = "bear";
            identity.FirmwareVersion = "0.1.0";
            identity.ClrVersion = "test";
            identity.BootId = 42;
            Device = new Device(board, identity, new Settings(), this, new HeartMonitor(Sensor, Clock));
            Device.Start();
        }

        /// <summary>The whole device.</summary>
        public Device Device { get; }

        /// <summary>Its clock.</summary>
        public FakeClock Clock { get; }

        /// <summary>Its connection.</summary>
        public FakeLink Link { get; }

        /// <summary>Its pulse sensor.</summary>
        public FakeSensor Sensor { get; }

        /// <summary>Runs passes of 20 ms.</summary>
        public void Run(int passes)
        {
            for (int i = 0; i < passes; i++)
            {
                Device.RunOnce();
            }
        }

        int IMicrophone.Overruns
        {
            get { return 0; }
        }

        void IMicrophone.Start()
        {
            Captures = true;
        }

        void IMicrophone.Stop()
        {
            Captures = false;
        }

        // Every sample of a hop carries the hop's number, in the microphone's channel alone.
        void IMicrophone.Read(byte[] hop)
        {
            Check.True(Captures, "no read while the microphone is off");
            _hops++;
            Clock.NowMs += AudioFormat.HopMs;
            for (int i = 0; i < RawSound.HopBytes; i += RawSound.FrameBytes)
            {
                hop[i] = 0xEE;
                hop[i + 1] = 0xEE;
                hop[i + RawSound.VoiceOffset] = (byte)_hops;
                hop[i + RawSound.VoiceOffset + 1] = (byte)(_hops >> 8);
            }
        }

        int ISpeaker.WritableBytes
        {
            get { return 3200; }
        }

        bool ISpeaker.IsPlaying
        {
            get { return Sounding; }
        }

        void ISpeaker.Write(byte[] pcm, int offset, int count)
        {
            PlayedBytes += count;
        }

        void ISpeaker.Flush()
        {
        }

        bool INetwork.IsUp
        {
            get { return true; }
        }

        void INetwork.BeginJoin()
        {
        }

        int INetwork.RssiDbm
        {
            get { return -50; }
        }

        byte[] IStorage.Read(string name)
        {
            return _file;
        }

        void IStorage.Write(string name, byte[] content)
        {
            _file = content;
        }

        void IStorage.Delete(string name)
        {
            _file = null;
        }

        void ILight.Show(DeviceMode mode)
        {
            Shown = mode;
        }

        bool IButton.IsPressed
        {
            get { return Pressed; }
        }

        int IPower.BatteryPercent
        {
            get { return 0; }
        }

        bool IPower.HasBattery
        {
            get { return false; }
        }

        int IPower.FreeHeapBytes
        {
            get { return 50000; }
        }

        int IPower.CollectionCount
        {
            get { return 0; }
        }

        string IPower.ResetReason
        {
            get { return "power"; }
        }

        void IPower.Reboot()
        {
            Reboots++;
        }

        string[] IWakeWordDetector.Words
        {
            get { return _words; }
        }

        bool IWakeWordDetector.Hear(HopRing sound)
        {
            bool heard = WakeNow;
            WakeNow = false;
            return heard;
        }

        WakeDetection IWakeWordDetector.Detection
        {
            get { return _detection; }
        }

        WakeDetection IWakeWordDetector.NearMiss
        {
            get { return _detection; }
        }

        bool IWakeWordDetector.TakeNearMiss()
        {
            return false;
        }

        bool IWakeWordDetector.GateOpen
        {
            get { return false; }
        }

        bool IWakeWordDetector.SetThreshold(string word, int threshold)
        {
            return word == _words[0];
        }

        int IWakeWordDetector.GetThreshold(int wordIndex)
        {
            return 62;
        }

        void IWakeWordDetector.NeedMore(int points)
        {
        }

        string IWakeWordDetector.ModelVersion
        {
            get { return "fake"; }
        }

        void IWakeWordDetector.Reset()
        {
        }
    }
}
