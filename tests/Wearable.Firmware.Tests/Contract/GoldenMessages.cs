using Wearable.Contract;

namespace Wearable.Firmware.Tests.Contract;

/// <summary>Every message of the contract with the exact bytes it has on the wire. A change here is a change of the contract.</summary>
internal static class GoldenMessages
{
    public static TheoryData<string, string> All => new()
    {
        { "info", """{"b":7,"n":1,"ts":1767225600123,"fw":"0.1.0","contract":1,"clr":"1.17","board":"ESP32_S3_OCTAL","caps":"mic,speaker,heart","codecs":[0,30],"words":"computer","thr":[62],"model":"computer-1","note":"not a medical device"}""" },
        { "state", """{"b":7,"n":2,"ts":0,"mode":"streaming","mic":"stream","link":"up","sid":"0000002a-1"}""" },
        { "state-idle", """{"b":7,"n":3,"ts":0,"mode":"idle","mic":"wake","link":"lossy"}""" },
        { "wake", """{"b":7,"n":4,"ts":1767225600123,"sid":"0000002a-1","word":"computer","score":88,"thr":62,"db":-23,"pre":900}""" },
        { "near", """{"b":7,"n":16,"ts":0,"word":"view glass","score":49,"thr":52,"db":-31}""" },
        { "speech", """{"b":7,"n":5,"ts":0,"sid":"0000002a-1","what":"end","ms":2460,"why":"gateway"}""" },
        { "button", """{"b":7,"n":6,"ts":0,"what":"short","since":123456,"count":2}""" },
        { "fault", """{"b":7,"n":7,"ts":0,"what":"bad-message","since":5,"count":1,"text":"cmd/stop.id: \"é\\\" 中文 \u0007"}""" },
        { "heart", """{"b":7,"n":8,"ts":0,"bpm10":716,"q":98,"st":"ok","src":"beats","pi":402,"mot":0}""" },
        { "heart-refused", """{"b":7,"n":9,"ts":0,"bpm10":null,"q":0,"st":"no_contact","src":"none","pi":3,"mot":0}""" },
        { "beats", """{"b":7,"n":10,"ts":0,"t0":47754,"ibi":[834,820,829],"q":[1,1,0]}""" },
        { "raw", """{"b":7,"n":14,"ts":0,"i":150,"t0":12000,"fs":50012,"led":31,"step":1,"ir":[131072,131069,130998]}""" },
        { "motion", """{"b":7,"n":15,"ts":0,"i":48,"l1":[131072,131069],"l2":[90000,90007],"x":[-12,15],"y":[0,3],"z":[998,-1003]}""" },
        { "health", """{"b":7,"n":11,"ts":0,"bat":null,"heap":38000,"heap_low":35000,"gc":4,"rssi":-61,"up":60000,"reset":"power","reconn":1,"drop":0,"loop_ms":42,"over":0}""" },
        { "ack", """{"b":7,"n":12,"ts":0,"id":"g1-7","ok":true}""" },
        { "ack-refused", """{"b":7,"n":13,"ts":0,"id":"g1-8","ok":false,"code":"expired","text":"12000 ms old, 10000 allowed"}""" },
        { "command", """{"id":"g1-7","ts":1767225600123,"ttl":10000,"sid":"0000002a-1","value":62,"ms":8000,"word":"computer"}""" },
        { "turn", """{"sid":"0000002a-1","ts":1767225600123,"end_ms":520,"text_ms":540,"audio_ms":680,"safety":"ok","why":"brain-failed"}""" },
        { "config", """{"v":3,"volume_percent":70,"up_codec":30,"refused":"colour"}""" },
    };

    /// <summary>A message object of the kind a golden line is for, with its reader and writer.</summary>
    public static (Action<WireReader> Read, Action<WireWriter> Write) Codec(string name)
    {
        string kind = name.Split('-')[0];
        switch (kind)
        {
            case "command":
                CommandMessage command = new();
                return (command.Read, command.Write);
            case "turn":
                TurnMessage turn = new();
                return (turn.Read, turn.Write);
            case "config":
                ConfigMessage config = new();
                return (config.Read, config.Write);
        }

        DeviceMessage message = kind switch
        {
            "info" => new InfoMessage(),
            "state" => new StateMessage(),
            "wake" => new WakeMessage(),
            "near" => new NearMissMessage(),
            "speech" => new SpeechMessage(),
            "button" or "fault" => new OccurrenceMessage(),
            "heart" => new HeartMessage(),
            "beats" => new BeatsMessage(),
            "raw" => new RawPulseMessage(),
            "motion" => new MotionMessage(),
            "health" => new DeviceHealthMessage(),
            "ack" => new AckMessage(),
            _ => throw new ArgumentException($"golden message: no kind {kind}"),
        };
        return (message.Read, message.Write);
    }
}
