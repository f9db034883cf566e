namespace Wearable.Contract
{
    /// <summary>
    /// The one place that builds topic names. A device makes its own set once; nothing is concatenated later.
    /// Two roots, so that a viewer of <c>wearable/#</c> never loads sound.
    /// </summary>
    public sealed class Topics
    {
        /// <summary>Root of all events and commands, with the contract's version.</summary>
        public const string Root = "wearable/v1/";

        /// <summary>Root of all sound.</summary>
        public const string AudioRoot = "wearable-audio/v1/";

        /// <summary>Every topic of one wearable.</summary>
        /// <param name="deviceId">An id as <see cref="Ids"/> wants it.</param>
        /// <exception cref="System.ArgumentException">The id is not valid.</exception>
        public Topics(string deviceId)
        {
            if (!Ids.IsValid(deviceId))
            {
                throw new System.ArgumentException("device id: 1 to 32 of a-z, 0-9 and - expected, got \"" + deviceId + "\"");
            }

            string root = Root + deviceId + "/";
            DeviceId = deviceId;
            Status = root + "status";
            Info = root + "info";
            State = root + "state";
            EventPrefix = root + "evt/";
            Wake = EventPrefix + "wake";
            Keyword = EventPrefix + "keyword";
            NearMiss = EventPrefix + "near";
            Speech = EventPrefix + "speech";
            Button = EventPrefix + "button";
            Fault = EventPrefix + "fault";
            Heart = root + "tele/heart";
            Beats = root + "tele/beats";
            RawPulse = root + "tele/raw";
            Motion = root + "tele/motion";
            DeviceHealth = root + "tele/device";
            CommandPrefix = root + "cmd/";
            AllCommands = CommandPrefix + "+";
            Ack = root + "ack";
            ConfigDesired = root + "cfg/desired";
            ConfigReported = root + "cfg/reported";
            WakeModel = root + "cfg/model";
            TurnPrefix = root + "turn/";
            AudioUp = AudioRoot + deviceId + "/up";
            AudioDown = AudioRoot + deviceId + "/down";
        }

        /// <summary>The wearable these topics belong to.</summary>
        public string DeviceId { get; }

        /// <summary>Retained, QoS 1: <c>online</c> or, as the last will, <c>offline</c>.</summary>
        public string Status { get; }

        /// <summary>Retained, QoS 1: <see cref="InfoMessage"/> at each boot.</summary>
        public string Info { get; }

        /// <summary>Retained, QoS 1: <see cref="StateMessage"/> on every change.</summary>
        public string State { get; }

        /// <summary>Everything before an event's name.</summary>
        public string EventPrefix { get; }

        /// <summary>QoS 1: <see cref="WakeMessage"/>.</summary>
        public string Wake { get; }

        /// <summary>QoS 1: <see cref="WakeMessage"/> for a word that is a command in itself.</summary>
        public string Keyword { get; }

        /// <summary>QoS 0: <see cref="NearMissMessage"/>. Never retained.</summary>
        public string NearMiss { get; }

        /// <summary>QoS 1: <see cref="SpeechMessage"/>.</summary>
        public string Speech { get; }

        /// <summary>QoS 1: <see cref="OccurrenceMessage"/>.</summary>
        public string Button { get; }

        /// <summary>QoS 1: <see cref="OccurrenceMessage"/>.</summary>
        public string Fault { get; }

        /// <summary>QoS 0: <see cref="HeartMessage"/>. Never retained.</summary>
        public string Heart { get; }

        /// <summary>QoS 0: <see cref="BeatsMessage"/>. Never retained.</summary>
        public string Beats { get; }

        /// <summary>QoS 0: <see cref="RawPulseMessage"/>, only while asked for. Never retained.</summary>
        public string RawPulse { get; }

        /// <summary>QoS 0: <see cref="MotionMessage"/>, only where allowed. Never retained.</summary>
        public string Motion { get; }

        /// <summary>QoS 0: <see cref="DeviceHealthMessage"/>.</summary>
        public string DeviceHealth { get; }

        /// <summary>Everything before a command's name.</summary>
        public string CommandPrefix { get; }

        /// <summary>Subscription of the device to its commands.</summary>
        public string AllCommands { get; }

        /// <summary>QoS 1: <see cref="AckMessage"/>.</summary>
        public string Ack { get; }

        /// <summary>Retained, QoS 1, from the gateway: settings as <see cref="ConfigMessage"/>.</summary>
        public string ConfigDesired { get; }

        /// <summary>Retained, QoS 1, from the device: settings in force.</summary>
        public string ConfigReported { get; }

        /// <summary>Retained, QoS 1, from the gateway: a wake-word model as bytes (WakeModelFile), at most 8 KB; empty: the shipped one again.</summary>
        public string WakeModel { get; }

        /// <summary>Everything before a turn's phase.</summary>
        public string TurnPrefix { get; }

        /// <summary>QoS 0: sound from the microphone, <see cref="AudioPacket"/>.</summary>
        public string AudioUp { get; }

        /// <summary>QoS 0: sound for the speaker, <see cref="AudioPacket"/>.</summary>
        public string AudioDown { get; }

        /// <summary>The topic of one command.</summary>
        /// <param name="name">One of <see cref="CommandNames"/>.</param>
        public string Command(string name)
        {
            return CommandPrefix + name;
        }

        /// <summary>The topic of one phase of a turn.</summary>
        /// <param name="phase">One of <see cref="TurnPhases"/>.</param>
        public string Turn(string phase)
        {
            return TurnPrefix + phase;
        }
    }
}
