using Wearable.Bench;

switch (args.Length > 0 ? args[0] : "")
{
    case "wake":
        return await WakeBench.RunAsync(args[1..]);
    case "budget":
        return BudgetBench.Run(args[1..]);
    case "chip":
        return await ChipBench.RunAsync(args[1..]);
    case "heart":
        return HeartBench.Run(args[1..]);
    case "llm":
        return LlmBench.Run(args[1..]);
    case MqttFlow.Verb when args.Length == 3:
        return await MqttFlow.RunAsync(args[1..]);
    case "latency":
        return await LatencyBench.RunAsync(args[1..]);
    case "pauses":
        return await PausesBench.RunAsync(args[1..]);
    case "stop":
        return await StopBench.RunAsync(args[1..]);
    case "nobody":
        return await NobodyBench.RunAsync(args[1..]);
    case "voice":
        return await VoiceBench.RunAsync(args[1..]);
    case "turns":
        return await TurnsBench.RunAsync(args[1..]);
    case TurnsBench.ChildVerb when args.Length == 3:
        return await TurnsBench.RunChildAsync(args[1..]);
    case "ingest":
        return await IngestBench.RunAsync(args[1..]);
    case "crash":
        return await CrashBench.RunAsync(args[1..]);
    case "faults":
        return FaultsBench.Run(args[1..]);
    case "cluster":
        return await Wearable.Bench.Cluster.ClusterBench.RunAsync(args[1..]);
    case "fleet":
        return await FleetBench.RunAsync(args[1..]);
    case GatewayProcess.Verb when args.Length == 5:
        return await GatewayProcess.RunAsync(args[1..]);
    case "kills":
        return await KillsBench.RunAsync(args[1..]);
    case "soak":
        return await SoakBench.RunAsync(args[1..]);
    case "house":
        return await HouseBench.RunAsync(args[1..]);
    case "history":
        return await HistoryBench.RunAsync(args[1..]);
    case "start":
        return await StartBench.RunAsync(args[1..]);
    case "page":
        return await PageBench.RunAsync(args[1..]);
    case "safety":
        return await SafetyBench.RunAsync(args[1..]);
    default:
        Console.Error.WriteLine("wake FOLDER [--noise DB] [--folds MODELS]: the wake words, device alone and with the gateway, on FOLDER/positive/WORD/*.wav and FOLDER/negative/*.wav");
        Console.Error.WriteLine("budget [ROW]: what the firmware costs a chip, in IL instructions, milliseconds and bytes; of one row: which methods");
        Console.Error.WriteLine("chip [FOLDER [EVERY]]: conversations on a simulated chip: losses, load, word end to evt/wake");
        Console.Error.WriteLine("heart FOLDER: the pulse on FOLDER/*.i32 with their references");
        Console.Error.WriteLine("llm [FOLDER] [--shapes 0.1B,0.5B,1.5B] [--threads 1,2] [--llama FOLDER] [--mqtt PER_SECOND]: the decoder loop on FOLDER/stories260K.bin, and CPU time per token of random 4-bit shapes, idle and while messages flow");
        Console.Error.WriteLine("latency [TURNS]: end of speech to first sound of the answer, whole turns");
        Console.Error.WriteLine("pauses [FOLDER] [--sweep]: questions with a pause for thought in the middle: how many are cut off");
        Console.Error.WriteLine("stop [TIMES]: an answer ended by wake word, button and command: time to silence");
        Console.Error.WriteLine("voice FOLDER [--clips N] [--speed X]: word error rate of recorded people, from the file and through device, codec and broker");
        Console.Error.WriteLine("nobody FOLDER [--wearables N] [--speed X] [--minutes M]: background through wearables and gateway: who is answered without having asked");
        Console.Error.WriteLine("turns [TURNS] [--speed X] [--wearables N]: memory of the gateway over many turns");
        Console.Error.WriteLine("ingest [--seconds N] [--overload] [--store WHERE]: QoS 1 events through the broker to the committed database, and mosquitto beside it; --store postgres starts one");
        Console.Error.WriteLine("crash [KILLS [SEED]]: the gateway killed at random moments under load; what was acknowledged must be stored, once");
        Console.Error.WriteLine("faults [SEEDS [KIND [SEED]]]: twenty kinds of fault around whole wearables in virtual time: stuck, lost, time to reconnect");
        Console.Error.WriteLine("fleet [WEARABLES [SECONDS]]: idle wearables connected, the gateway's memory, the heartbeat's delay");
        Console.Error.WriteLine("kills [KILLS [WEARABLES [SPEED]]]: the broker killed while wearables are used: back within, lost, memory");
        Console.Error.WriteLine("soak [HOURS [WEARABLES [SPEED]]]: hours of wear in compressed time: memory, handles, complaints in the log");
        Console.Error.WriteLine("house [WEARABLES [CONVERSATIONS [SECONDS]]]: a full house's telemetry and several conversations at once: first sound, lost");
        Console.Error.WriteLine("history [DAYS] [--store WHERE]: a year of readings, 6.3 M, opened and zoomed over HTTP; --store postgres starts one");
        Console.Error.WriteLine("start [--times N] [--before DLL]: the gateway alone: time to ready and resident memory, beside another build of it");
        Console.Error.WriteLine("cluster [--gateways N] [--wearables N] [--talkers N] [--cost [--one-core]]: several gateways, mosquitto and PostgreSQL; one gateway killed and started again; what a message and a conversation cost");
        Console.Error.WriteLine("page [MINUTES [WEARABLES]]: the page in a real Chromium while wearables tell everything: first useful paint, CPU, memory");
        Console.Error.WriteLine("safety [wrong]: the public list through gate, brain and gate");
        return 2;
}
