namespace Wearable.Firmware.Heart
{
    /// <summary>What the pulse says now. Reused: read it right after <see cref="IHeartMonitor.Version"/> changed.</summary>
    public sealed class HeartReading
    {
        /// <summary>Where the measurement stands.</summary>
        public HeartState State;

        /// <summary>True when <see cref="RateBpmX10"/> may be believed.</summary>
        public bool HasRate;

        /// <summary>Beats per minute times ten; meaningless unless <see cref="HasRate"/>.</summary>
        public int RateBpmX10;

        /// <summary>0-100.</summary>
        public int Quality;

        /// <summary>Where the rate comes from; index into HeartMessage.Sources.</summary>
        public int Source;

        /// <summary>Pulse height over mean light, thousandths of a percent.</summary>
        public int Perfusion;

        /// <summary>Motion above rest, milli-g; 0 without a motion sensor.</summary>
        public int MotionMilliG;
    }

    /// <summary>Where the measurement stands; order as HeartMessage.States.</summary>
    public enum HeartState
    {
        /// <summary>Nobody there.</summary>
        NoContact,

        /// <summary>Contact, not yet believed.</summary>
        Settling,

        /// <summary>Believed: beats and spectrum agree.</summary>
        Ok,

        /// <summary>Moving; a rate only if the tracker is sure.</summary>
        Motion,

        /// <summary>Too much light.</summary>
        Saturated,

        /// <summary>There was a pulse and it can no longer be followed.</summary>
        Lost,

        /// <summary>The sensor does not answer or is not the expected part.</summary>
        SensorError,
    }

    /// <summary>The pulse as the device loop uses it.</summary>
    public interface IHeartMonitor
    {
        /// <summary>Called every loop pass (20 ms); returns at once when nothing is due. Long work is cut into slices.</summary>
        void Step();

        /// <summary>Grows whenever there is something new to publish: every 2 to 5 s and on every change of state.</summary>
        int Version { get; }

        /// <summary>The newest reading.</summary>
        HeartReading Reading { get; }

        /// <summary>Takes the beats since the last call.</summary>
        /// <param name="intervalsMs">Receives inter-beat intervals, oldest first.</param>
        /// <param name="accepted">Receives 1 for believed, 0 for doubtful intervals.</param>
        /// <param name="firstBeatMs">Uptime of the beat that began the first interval, ms.</param>
        /// <returns>How many; never more than the arrays hold.</returns>
        int TakeBeats(int[] intervalsMs, int[] accepted, out long firstBeatMs);

        /// <summary>Times since boot the sensor did not answer.</summary>
        int BusErrors { get; }
    }
}
