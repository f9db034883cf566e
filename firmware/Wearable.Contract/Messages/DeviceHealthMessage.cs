namespace Wearable.Contract
{
    /// <summary>How the device itself is doing (<c>tele/device</c>), every 30 s.</summary>
    public sealed class DeviceHealthMessage : DeviceMessage
    {
        /// <summary>True when the board has a gauge; <c>bat</c> is null otherwise.</summary>
        public bool HasBattery;

        /// <summary><c>bat</c>: 0-100 %.</summary>
        public int BatteryPercent;

        /// <summary><c>heap</c>: free bytes now.</summary>
        public int FreeHeapBytes;

        /// <summary><c>heap_low</c>: least free bytes since boot.</summary>
        public int LowestHeapBytes;

        /// <summary><c>gc</c>: garbage collections since boot.</summary>
        public int Collections;

        /// <summary>True when the radio knows; <c>rssi</c> is null otherwise.</summary>
        public bool HasRssi;

        /// <summary><c>rssi</c>: dBm.</summary>
        public int RssiDbm;

        /// <summary><c>up</c>: ms since boot.</summary>
        public long UptimeMs;

        /// <summary><c>reset</c>: why the device started.</summary>
        public string ResetReason = "";

        /// <summary><c>reconn</c>: connections to the broker since boot, beyond the first.</summary>
        public int Reconnects;

        /// <summary><c>drop</c>: messages dropped since boot because a queue was full.</summary>
        public int DroppedMessages;

        /// <summary><c>loop_ms</c>: longest pass of the loop since the last report, without the wait for the microphone.</summary>
        public int WorstLoopMs;

        /// <summary><c>over</c>: microphone overruns since boot.</summary>
        public int AudioOverruns;

        /// <inheritdoc/>
        protected override void WriteFields(WireWriter writer)
        {
            writer.NumberOrNull("bat", HasBattery, BatteryPercent);
            writer.Number("heap", FreeHeapBytes);
            writer.Number("heap_low", LowestHeapBytes);
            writer.Number("gc", Collections);
            writer.NumberOrNull("rssi", HasRssi, RssiDbm);
            writer.Number("up", UptimeMs);
            writer.Text("reset", ResetReason);
            writer.Number("reconn", Reconnects);
            writer.Number("drop", DroppedMessages);
            writer.Number("loop_ms", WorstLoopMs);
            writer.Number("over", AudioOverruns);
        }

        /// <inheritdoc/>
        protected override void ReadFields(WireReader reader)
        {
            HasBattery = reader.TryInt("bat", 0, 100, out BatteryPercent);
            FreeHeapBytes = reader.Int("heap", 0, int.MaxValue);
            LowestHeapBytes = reader.Int("heap_low", 0, int.MaxValue);
            Collections = reader.Int("gc", 0, int.MaxValue);
            HasRssi = reader.TryInt("rssi", -150, 0, out RssiDbm);
            UptimeMs = reader.Long("up", 0, long.MaxValue / 2);
            ResetReason = reader.Text("reset", 32);
            Reconnects = reader.Int("reconn", 0, int.MaxValue);
            DroppedMessages = reader.Int("drop", 0, int.MaxValue);
            WorstLoopMs = reader.Int("loop_ms", 0, int.MaxValue);
            AudioOverruns = reader.Int("over", 0, int.MaxValue);
        }
    }
}
