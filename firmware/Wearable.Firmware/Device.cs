using System;
using System.Text;
using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Link;
using Wearable.Firmware.Voice;

namespace Wearable.Firmware
{
    /// <summary>
    /// The whole device: one loop owns everything, because the chip has one lane. Each pass waits for 20 ms of sound, then does a little of
    /// everything that is due. The board calls <see cref="Start"/> once and <see cref="RunOnce"/> for ever.
    /// </summary>
    public sealed class Device
    {
        private const int AnswerStallMs = 3000;
        private const int MessagesPerPass = 4;
        private const int PreRollMarginMs = 400; // speech to text needs the soft first sound of the word, and a breath before it ("Imputer" at 120 ms)
        private const int FollowUpPreRollMs = 300;
        private const int SpeakingPoints = 4; // it hears its own voice: talk wakes it 33 times an hour, with so much more 9 times (models/wake-both)
        private const int IdentifyMs = 3000, BlinkMs = 250;

        private readonly DeviceBoard _board;
        private readonly DeviceIdentity _identity;
        private readonly Settings _settings;
        private readonly SettingsStore _store;
        private readonly WakeModelStore _models;
        private readonly IWakeWordDetector _wake;
        private readonly Topics _topics;
        private readonly DeviceState _state = new DeviceState();
        private readonly EventPublisher _publisher;
        private readonly FaultLog _faults;
        private readonly ConnectionKeeper _connection;
        private readonly CommandReader _commands;
        private readonly HeartReporter _heart;
        private readonly RawReporter _raw;
        private readonly MotionReporter _motion;
        private readonly HealthReporter _health;
        private readonly PressReader _press;
        private readonly HopRing _ring;
        private readonly SpeechSender _sender;
        private readonly AnswerPlayer _player;
        private readonly byte[] _hop = new byte[RawSound.HopBytes];
        private readonly byte[] _online = Encoding.UTF8.GetBytes(StatusMessage.Online);
        private readonly LinkMessage _inbox = new LinkMessage();
        private readonly StateMessage _stateMessage = new StateMessage();
        private readonly WakeMessage _wakeMessage = new WakeMessage();
        private readonly NearMissMessage _nearMessage = new NearMissMessage();
        private readonly SpeechMessage _speechMessage = new SpeechMessage();
        private readonly OccurrenceMessage _buttonMessage = new OccurrenceMessage();
        private int _turns;
        private int _presses;
        private int _droppedReported;
        private long _listenUntilMs;
        private long _identifyUntilMs;
        private bool _rebootWanted;
        private bool _newModel;
        private bool _heardPacket;

        /// <summary>Puts the device together; nothing runs yet.</summary>
        /// <param name="board">Its parts.</param>
        /// <param name="identity">Who it is.</param>
        /// <param name="settings">Defaults; what was kept in storage is loaded over them.</param>
        /// <param name="wake">Hears the wake words.</param>
        /// <param name="heart">Feels the pulse.</param>
        public Device(DeviceBoard board, DeviceIdentity identity, Settings settings, IWakeWordDetector wake, IHeartMonitor heart)
        {
            _board = board;
            _identity = identity;
            _settings = settings;
            _wake = wake;
            _topics = new Topics(identity.DeviceId);
            _store = new SettingsStore(settings, board.Storage);
            _models = new WakeModelStore(board.Storage);
            _publisher = new EventPublisher(board.Link, board.Clock, identity.BootId);
            _faults = new FaultLog(_publisher, board.Clock, _topics.Fault);
            _connection = new ConnectionKeeper(board.Network, board.Link, Options(), identity.BootId);
            _commands = new CommandReader(_publisher, board.Clock, _faults, _topics.Ack);
            _heart = new HeartReporter(heart, _publisher, _topics);
            _raw = heart is IRawPulse ? new RawReporter((IRawPulse)heart, _publisher, board.Clock, _topics.RawPulse) : null;
            _motion = heart is IMotionPulse ? new MotionReporter(((IMotionPulse)heart).Motion, _publisher, _topics.Motion) : null;
            _health = new HealthReporter(board, _publisher, _connection, _topics.DeviceHealth);
            _press = new PressReader(board.Button);
            _ring = new HopRing(board.HasVoice ? settings.Get(Settings.PreRollMs) / AudioFormat.HopMs : 1);
            _sender = new SpeechSender(board.Link, _ring, _topics.AudioUp);
            _player = new AnswerPlayer(board.Speaker, board.HasVoice ? AnswerPlayer.CapacityMs : AudioFormat.PacketMs);
        }

        /// <summary>What the device is doing.</summary>
        public DeviceMode Mode
        {
            get { return _state.Mode; }
        }

        /// <summary>Powers the parts up.</summary>
        public void Start()
        {
            ApplySettings();
            if (!_board.HasVoice)
            {
                Move(DeviceMode.Muted, "");
                return;
            }

            _board.Microphone.Start();
            _board.Light.Show(_state.Mode);
        }

        /// <summary>Tells that the kept wake-word model could not be used, once connected.</summary>
        /// <param name="problem">Why; empty: nothing is told.</param>
        public void TellModelProblem(string problem)
        {
            if (problem.Length > 0)
            {
                _faults.Report(FaultLog.BadModel, problem);
            }
        }

        /// <summary>One pass of the loop: 20 ms of sound and a little of everything else.</summary>
        public void RunOnce()
        {
            bool hop = Listen();
            long begin = _board.Clock.UptimeMs;
            if (hop)
            {
                Hear();
            }

            Converse(begin);
            ReadMessages(begin);
            KeepConnected(begin);
            _heart.Step();
            if (_raw != null)
            {
                _raw.Step();
            }

            if (_motion != null)
            {
                _motion.Step(_settings.Get(Settings.MotionStream) != 0);
            }

            WatchButton(begin);
            WatchFaults();
            _health.Step(begin, _settings.Get(Settings.HealthEveryMs));
            Blink(begin);
            _health.OnPass((int)(_board.Clock.UptimeMs - begin));
        }

        private void StreamRaw(CommandMessage command)
        {
            if (_raw == null || !command.HasDuration || command.DurationMs > RawPulseMessage.MaxMs)
            {
                _commands.Refuse("invalid", "ms from 0 to 600000 and a sensor expected");
                return;
            }

            _raw.StreamFor(command.DurationMs);
            _commands.Accept();
        }

        private bool Listen()
        {
            if (_state.Mode == DeviceMode.Muted)
            {
                _board.Clock.Sleep(AudioFormat.HopMs);
                return false;
            }

            _board.Microphone.Read(_hop);
            _ring.Push(_hop);
            return true;
        }

        private void Hear()
        {
            if (_state.Mode == DeviceMode.Streaming)
            {
                _sender.OnHop();
                return;
            }

            if (_state.Mode == DeviceMode.Speaking && _settings.Get(Settings.BargeIn) == 0)
            {
                return; // half duplex: it would hear itself
            }

            if (_wake.Hear(_ring))
            {
                WakeDetection heard = _wake.Detection;
                StartTurn(heard.Word, heard.Score, heard.Threshold, heard.LevelDb, heard.BeganMsAgo + PreRollMarginMs, SpeechMessage.ByWake);
            }
            else if (_state.Mode == DeviceMode.Listening && _wake.GateOpen)
            {
                BeginStreaming(FollowUpPreRollMs, _state.TurnId, SpeechMessage.ByFollowUp);
            }
            else if (_wake.TakeNearMiss())
            {
                ReportNearMiss(_wake.NearMiss);
            }
        }

        private void Converse(long nowMs)
        {
            if (_state.Mode == DeviceMode.Streaming)
            {
                _sender.Step();
                if (_sender.SentMs >= _settings.Get(Settings.MaxSpeechMs))
                {
                    EndSpeech(SpeechMessage.ByTimeout, DeviceMode.Thinking);
                }
            }
            else if (_state.Mode == DeviceMode.Listening && nowMs > _listenUntilMs)
            {
                GoIdle();
            }
            else if (_state.Mode == DeviceMode.Thinking && !_player.IsActive && nowMs - _state.SinceMs > _settings.Get(Settings.MaxThinkMs))
            {
                _faults.Report(FaultLog.AnswerMissing, "no answer to turn " + _state.TurnId);
                GoIdle();
            }

            Play(nowMs);
        }

        private void Play(long nowMs)
        {
            if (!_player.IsActive)
            {
                return;
            }

            bool finished = _player.Step();
            if (_player.IsPlaying && _state.Mode != DeviceMode.Speaking)
            {
                Move(DeviceMode.Speaking, _state.TurnId);
            }

            if (finished)
            {
                GoIdle();
            }
            else if (_player.AwaitsMore && nowMs - _player.LastPacketMs > AnswerStallMs)
            {
                _faults.Report(FaultLog.AnswerStalled, "answer of turn " + _state.TurnId + " stopped coming");
                _player.Stop();
                GoIdle();
            }
        }

        private void ReportNearMiss(WakeDetection almost)
        {
            _nearMessage.Word = almost.Word;
            _nearMessage.Score = almost.Score;
            _nearMessage.Threshold = almost.Threshold;
            _nearMessage.LevelDb = almost.LevelDb;
            _publisher.Publish(_topics.NearMiss, _nearMessage, 0, false, Priority.Telemetry);
        }

        private void StartTurn(string word, int score, int threshold, int levelDb, int preRollMs, int why)
        {
            _player.Stop();
            _turns++;
            string turnId = Hex(_identity.BootId) + "-" + _turns.ToString();
            int kept = _ring.Count * AudioFormat.HopMs;
            int preRoll = preRollMs < kept ? preRollMs / AudioFormat.HopMs * AudioFormat.HopMs : kept;
            _wakeMessage.TurnId = turnId;
            _wakeMessage.Word = word;
            _wakeMessage.Score = score;
            _wakeMessage.Threshold = threshold;
            _wakeMessage.LevelDb = levelDb;
            _wakeMessage.PreRollMs = preRoll;
            _publisher.Publish(_topics.Wake, _wakeMessage, 1, false, Priority.Event);
            BeginStreaming(preRoll, turnId, why);
        }

        private void BeginStreaming(int preRollMs, string turnId, int why)
        {
            _sender.Begin(_settings.Get(Settings.UpCodec), preRollMs / AudioFormat.HopMs, _board.Clock.UptimeMs);
            PublishSpeech(SpeechMessage.Start, 0, why, turnId);
            Move(DeviceMode.Streaming, turnId);
        }

        private void EndSpeech(int why, DeviceMode next)
        {
            _sender.End();
            string turnId = _state.TurnId;
            PublishSpeech(SpeechMessage.End, _sender.SentMs, why, turnId);
            _wake.Reset(); // what was streamed is answered by the gateway; the detector starts fresh
            Move(next, next == DeviceMode.Idle ? "" : turnId);
        }

        private void PublishSpeech(int what, int ms, int why, string turnId)
        {
            _speechMessage.TurnId = turnId;
            _speechMessage.What = what;
            _speechMessage.DurationMs = ms;
            _speechMessage.Why = why;
            _publisher.Publish(_topics.Speech, _speechMessage, 1, false, Priority.Event);
        }

        private void GoIdle()
        {
            _wake.Reset();
            Move(DeviceMode.Idle, "");
        }

        private void Move(DeviceMode to, string turnId)
        {
            _state.Move(to, turnId, _board.Clock.UptimeMs);
            _board.Light.Show(to);
            _wake.NeedMore(to == DeviceMode.Speaking ? SpeakingPoints : 0);
            PublishState();
        }

        private void PublishState()
        {
            _stateMessage.Mode = (int)_state.Mode;
            _stateMessage.Microphone = _state.Mode == DeviceMode.Muted ? 0 : _state.Mode == DeviceMode.Streaming ? 2 : 1;
            _stateMessage.Link = _publisher.Dropped == _droppedReported ? 0 : 1;
            _stateMessage.TurnId = _state.TurnId;
            _droppedReported = _publisher.Dropped;
            _publisher.Publish(_topics.State, _stateMessage, 1, true, Priority.Report);
        }

        private void KeepConnected(long nowMs)
        {
            if (_connection.Step(nowMs))
            {
                _publisher.SendAgain();
                _publisher.Publish(_topics.Status, _online, 1, true);
                PublishInfo();
                PublishState();
                _store.Report(_publisher, _topics.ConfigReported);
            }

            _publisher.Flush();
            if (_newModel && (_state.Mode == DeviceMode.Idle || _state.Mode == DeviceMode.Muted))
            {
                _newModel = false;
                _rebootWanted = true;
            }

            if (_rebootWanted && _publisher.Waiting == 0)
            {
                _rebootWanted = false;
                _board.Power.Reboot();
            }
        }

        private void ReadMessages(long nowMs)
        {
            if (_heardPacket)
            {
                _heardPacket = false; // every other pass: a burst of packets must not eat the chip
                return;
            }

            int packets = 0;
            for (int i = 0; i < MessagesPerPass && _board.Link.TryReceive(_inbox); i++)
            {
                string topic = _inbox.Topic;
                if (topic == _topics.AudioDown)
                {
                    packets += HearAnswer(nowMs) ? 1 : 0;
                    _heardPacket = packets > 0;
                    if (packets > 1 || (_heardPacket && _player.IsPlaying))
                    {
                        return; // volume or decoding took as long as a hop; two to start with, so that the first sound is not late
                    }
                }
                else if (topic.StartsWith(_topics.CommandPrefix))
                {
                    Obey(topic.Substring(_topics.CommandPrefix.Length), nowMs);
                }
                else if (topic == _topics.ConfigDesired)
                {
                    Configure();
                }
                else if (topic == _topics.WakeModel)
                {
                    TakeModel();
                }
            }
        }

        // True when the packet had to be computed, not only copied.
        private bool HearAnswer(long nowMs)
        {
            if (_state.Mode == DeviceMode.Muted)
            {
                return false;
            }

            try
            {
                _player.Accept(_inbox.Payload, _inbox.Length, nowMs);
            }
            catch (WireException e)
            {
                _faults.Report(FaultLog.BadMessage, e.Message);
                return false;
            }

            if (_player.IsActive && _state.Mode == DeviceMode.Streaming)
            {
                EndSpeech(SpeechMessage.ByGateway, DeviceMode.Thinking); // the answer is already here
            }

            return true;
        }

        private void Obey(string name, long nowMs)
        {
            if (!_commands.TryRead(name, _inbox))
            {
                return;
            }

            CommandMessage command = _commands.Command;
            switch (name)
            {
                case CommandNames.Stop:
                    Stop(command);
                    break;
                case CommandNames.Yield:
                    Yield(command);
                    break;
                case CommandNames.Listen:
                    ListenFor(command, nowMs);
                    break;
                case CommandNames.Volume:
                    SetByCommand("volume_percent", command);
                    break;
                case CommandNames.Threshold:
                    SetThreshold(command);
                    break;
                case CommandNames.Mute:
                    MuteByCommand(command.HasValue && command.Value != 0);
                    break;
                case CommandNames.Raw:
                    StreamRaw(command);
                    break;
                case CommandNames.Identify:
                    _identifyUntilMs = nowMs + IdentifyMs;
                    _commands.Accept();
                    break;
                case CommandNames.Reboot:
                    _commands.Accept();
                    _rebootWanted = true;
                    break;
                case CommandNames.Forget:
                    _store.Forget();
                    _ring.Clear();
                    _wake.Reset();
                    _commands.Accept();
                    break;
                default:
                    _commands.Refuse("unknown", name + " is not a command of this device");
                    break;
            }
        }

        private void Stop(CommandMessage command)
        {
            if (command.TurnId.Length > 0 && _state.TurnId.Length > 0 && command.TurnId != _state.TurnId)
            {
                _commands.Refuse("invalid", "turn " + _state.TurnId + " is under way, not " + command.TurnId);
                return;
            }

            if (_state.Mode == DeviceMode.Streaming)
            {
                EndSpeech(SpeechMessage.ByGateway, DeviceMode.Thinking);
            }
            else if (_state.Mode == DeviceMode.Speaking)
            {
                _player.Stop();
                GoIdle();
            }

            _commands.Accept(); // a stop that comes twice is no fault
        }

        private void Yield(CommandMessage command)
        {
            if (command.TurnId != _state.TurnId)
            {
                _commands.Accept(); // already over
                return;
            }

            AbandonTurn();
            _commands.Accept();
        }

        private void AbandonTurn()
        {
            _player.Stop();
            if (_state.Mode == DeviceMode.Streaming)
            {
                EndSpeech(SpeechMessage.ByAbort, DeviceMode.Idle);
            }
            else if (_state.Mode != DeviceMode.Idle && _state.Mode != DeviceMode.Muted)
            {
                GoIdle();
            }
        }

        private void ListenFor(CommandMessage command, long nowMs)
        {
            if (!command.HasDuration || command.TurnId.Length == 0)
            {
                _commands.Refuse("invalid", "sid and ms expected");
                return;
            }

            if (_state.Mode != DeviceMode.Idle && _state.Mode != DeviceMode.Thinking)
            {
                _commands.Refuse("busy", StateMessage.Modes[(int)_state.Mode]);
                return;
            }

            _wake.Reset();
            _listenUntilMs = nowMs + command.DurationMs;
            Move(DeviceMode.Listening, command.TurnId);
            _commands.Accept();
        }

        private void SetByCommand(string setting, CommandMessage command)
        {
            if (!command.HasValue || !_settings.TrySet(setting, command.Value))
            {
                _commands.Refuse("invalid", setting + " does not take " + command.Value.ToString());
                return;
            }

            ApplySettings();
            _store.Report(_publisher, _topics.ConfigReported);
            _commands.Accept();
        }

        private void SetThreshold(CommandMessage command)
        {
            if (!command.HasValue || command.Value > 100 || !_wake.SetThreshold(command.Word, command.Value))
            {
                _commands.Refuse("invalid", "a known word and a value from 0 to 100 expected");
                return;
            }

            PublishInfo();
            _commands.Accept();
        }

        private void MuteByCommand(bool off)
        {
            if (!off && !_board.HasVoice)
            {
                _commands.Refuse("invalid", "this board has no memory for sound");
                return;
            }

            Mute(off);
            _commands.Accept();
        }

        private void Mute(bool off)
        {
            if (off && _state.Mode != DeviceMode.Muted)
            {
                AbandonTurn();
                _board.Microphone.Stop();
                _ring.Clear();
                Move(DeviceMode.Muted, "");
            }
            else if (!off && _state.Mode == DeviceMode.Muted && _board.HasVoice)
            {
                _board.Microphone.Start();
                GoIdle();
            }
        }

        private void Configure()
        {
            try
            {
                _store.Take(_inbox.Payload, _inbox.Length);
            }
            catch (WireException e)
            {
                _faults.Report(FaultLog.BadMessage, e.Message);
                return;
            }

            ApplySettings();
            _store.Report(_publisher, _topics.ConfigReported);
        }

        // A new model is heard with from the next start; it waits for the end of a conversation.
        private void TakeModel()
        {
            if (!_board.HasVoice)
            {
                _faults.Report(FaultLog.BadModel, "this board has no memory for sound");
                return;
            }

            try
            {
                _newModel |= _models.Take(_inbox.Payload, _inbox.Length);
            }
            catch (ArgumentException e)
            {
                _faults.Report(FaultLog.BadModel, e.Message);
            }
        }

        private void ApplySettings()
        {
            _player.SetVolume(_settings.Get(Settings.VolumePercent));
            string[] words = _wake.Words;
            for (int i = 0; i < words.Length && i < 2; i++)
            {
                int threshold = _settings.Get(Settings.ThresholdFirst + i);
                if (threshold > 0)
                {
                    _wake.SetThreshold(words[i], threshold);
                }
            }
        }

        private void WatchButton(long nowMs)
        {
            Press press = _press.Read(nowMs);
            if (press == Press.None)
            {
                return;
            }

            _presses++;
            _buttonMessage.What = press == Press.Short ? "short" : "long";
            _buttonMessage.SinceMs = nowMs;
            _buttonMessage.Count = _presses;
            _publisher.Publish(_topics.Button, _buttonMessage, 1, false, Priority.Event);
            if (press == Press.Long)
            {
                Mute(_state.Mode != DeviceMode.Muted);
                return;
            }

            switch (_state.Mode)
            {
                case DeviceMode.Idle:
                case DeviceMode.Listening:
                    StartTurn("button", 100, 0, 0, 0, SpeechMessage.ByButton);
                    break;
                case DeviceMode.Streaming:
                    EndSpeech(SpeechMessage.ByButton, DeviceMode.Thinking);
                    break;
                case DeviceMode.Thinking:
                case DeviceMode.Speaking:
                    AbandonTurn();
                    break;
            }
        }

        private void WatchFaults()
        {
            _faults.Watch(FaultLog.AudioOverrun, _board.Microphone.Overruns);
            _faults.Watch(FaultLog.AnswerStarved, _player.Starvations);
            _faults.Watch(FaultLog.SpeechDropped, _sender.DroppedPackets);
        }

        private void Blink(long nowMs)
        {
            if (_identifyUntilMs == 0)
            {
                return;
            }

            if (nowMs >= _identifyUntilMs)
            {
                _identifyUntilMs = 0;
                _board.Light.Show(_state.Mode);
                return;
            }

            bool on = (_identifyUntilMs - nowMs) / BlinkMs % 2 == 0;
            _board.Light.Show(on ? DeviceMode.Streaming : DeviceMode.Muted);
        }

        private void PublishInfo()
        {
            InfoMessage info = new InfoMessage();
            info.FirmwareVersion = _identity.FirmwareVersion;
            info.ClrVersion = _identity.ClrVersion;
            info.Board = _board.Name;
            info.Capabilities = (_board.HasVoice ? "mic,speaker,heart,button,light" : "heart,button,light") + (_board.Power.HasBattery ? ",battery" : "");
            info.Codecs = new int[] { AudioCodec.Pcm16At16k, AudioCodec.ImaAdpcmAt16k };
            string[] words = _wake.Words;
            info.Thresholds = new int[words.Length];
            info.Words = "";
            for (int i = 0; i < words.Length; i++)
            {
                info.Words = info.Words + (i == 0 ? "" : ",") + words[i];
                info.Thresholds[i] = _wake.GetThreshold(i);
            }

            info.ModelVersion = _wake.ModelVersion;
            _publisher.Publish(_topics.Info, info, 1, true, Priority.Report);
        }

        private LinkOptions Options()
        {
            LinkOptions options = new LinkOptions();
            options.ClientId = _identity.DeviceId;
            options.User = _identity.User;
            options.Password = _identity.Password;
            options.WillTopic = _topics.Status;
            options.WillMessage = StatusMessage.Offline;
            options.Subscriptions = new string[] { _topics.AllCommands, _topics.ConfigDesired, _topics.WakeModel, _topics.AudioDown };
            return options;
        }

        private static string Hex(int value)
        {
            const string digits = "0123456789abcdef";
            char[] text = new char[8];
            for (int i = 7; i >= 0; i--)
            {
                text[i] = digits[value & 15];
                value >>= 4;
            }

            return new string(text);
        }
    }
}
