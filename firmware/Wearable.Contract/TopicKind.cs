namespace Wearable.Contract
{
    /// <summary>What a topic carries.</summary>
    public enum TopicKind
    {
        /// <summary>Not a topic of this contract.</summary>
        None,

        /// <summary>Text <c>online</c> or <c>offline</c>.</summary>
        Status,

        /// <summary><see cref="InfoMessage"/>.</summary>
        Info,

        /// <summary><see cref="StateMessage"/>.</summary>
        State,

        /// <summary><see cref="WakeMessage"/>.</summary>
        Wake,

        /// <summary><see cref="WakeMessage"/>.</summary>
        Keyword,

        /// <summary><see cref="NearMissMessage"/>.</summary>
        NearMiss,

        /// <summary><see cref="SpeechMessage"/>.</summary>
        Speech,

        /// <summary><see cref="OccurrenceMessage"/>.</summary>
        Button,

        /// <summary><see cref="OccurrenceMessage"/>.</summary>
        Fault,

        /// <summary><see cref="HeartMessage"/>.</summary>
        Heart,

        /// <summary><see cref="BeatsMessage"/>.</summary>
        Beats,

        /// <summary><see cref="RawPulseMessage"/>.</summary>
        RawPulse,

        /// <summary><see cref="MotionMessage"/>.</summary>
        Motion,

        /// <summary><see cref="DeviceHealthMessage"/>.</summary>
        DeviceHealth,

        /// <summary><see cref="CommandMessage"/>; the detail is the command's name.</summary>
        Command,

        /// <summary><see cref="AckMessage"/>.</summary>
        Ack,

        /// <summary><see cref="ConfigMessage"/> from the gateway.</summary>
        ConfigDesired,

        /// <summary><see cref="ConfigMessage"/> from the device.</summary>
        ConfigReported,

        /// <summary>A wake-word model as bytes, from the gateway.</summary>
        WakeModel,

        /// <summary><see cref="TurnMessage"/>; the detail is the phase.</summary>
        Turn,

        /// <summary><see cref="AudioPacket"/> from the device.</summary>
        AudioUp,

        /// <summary><see cref="AudioPacket"/> to the device.</summary>
        AudioDown,
    }

    /// <summary>A topic taken apart.</summary>
    public sealed class TopicName
    {
        /// <summary>What it carries; <see cref="TopicKind.None"/> when the topic is not of this contract.</summary>
        public TopicKind Kind;

        /// <summary>The wearable; empty when <see cref="Kind"/> is None.</summary>
        public string DeviceId = "";

        /// <summary>Command name or turn phase; else empty.</summary>
        public string Detail = "";

        /// <summary>Takes a topic apart. Never throws: foreign topics have <see cref="TopicKind.None"/>.</summary>
        public static TopicName Parse(string topic)
        {
            TopicName name = new TopicName();
            bool audio = topic.StartsWith(Topics.AudioRoot);
            if (!audio && !topic.StartsWith(Topics.Root))
            {
                return name;
            }

            int start = audio ? Topics.AudioRoot.Length : Topics.Root.Length;
            int slash = topic.IndexOf('/', start);
            if (slash < 0)
            {
                return name;
            }

            string id = topic.Substring(start, slash - start);
            if (!Ids.IsValid(id))
            {
                return name;
            }

            string rest = topic.Substring(slash + 1);
            TopicKind kind = audio ? AudioKind(rest) : PlainKind(rest);
            if (kind == TopicKind.None)
            {
                string detail = rest.Substring(rest.IndexOf('/') + 1);
                if (!audio && rest.StartsWith("cmd/") && Ids.IsValid(detail))
                {
                    kind = TopicKind.Command;
                }
                else if (!audio && rest.StartsWith("turn/") && Ids.IsValid(detail))
                {
                    kind = TopicKind.Turn;
                }
                else
                {
                    return name;
                }

                name.Detail = detail;
            }

            name.Kind = kind;
            name.DeviceId = id;
            return name;
        }

        private static TopicKind AudioKind(string rest)
        {
            return rest == "up" ? TopicKind.AudioUp : rest == "down" ? TopicKind.AudioDown : TopicKind.None;
        }

        private static TopicKind PlainKind(string rest)
        {
            switch (rest)
            {
                case "status": return TopicKind.Status;
                case "info": return TopicKind.Info;
                case "state": return TopicKind.State;
                case "evt/wake": return TopicKind.Wake;
                case "evt/keyword": return TopicKind.Keyword;
                case "evt/near": return TopicKind.NearMiss;
                case "evt/speech": return TopicKind.Speech;
                case "evt/button": return TopicKind.Button;
                case "evt/fault": return TopicKind.Fault;
                case "tele/heart": return TopicKind.Heart;
                case "tele/beats": return TopicKind.Beats;
                case "tele/raw": return TopicKind.RawPulse;
                case "tele/motion": return TopicKind.Motion;
                case "tele/device": return TopicKind.DeviceHealth;
                case "ack": return TopicKind.Ack;
                case "cfg/desired": return TopicKind.ConfigDesired;
                case "cfg/reported": return TopicKind.ConfigReported;
                case "cfg/model": return TopicKind.WakeModel;
                default: return TopicKind.None;
            }
        }
    }
}
