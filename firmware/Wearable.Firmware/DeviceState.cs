using System;

namespace Wearable.Firmware
{
    /// <summary>Where the device stands: one table of allowed moves. Anything else is a bug and throws.</summary>
    public sealed class DeviceState
    {
        // Rows: from; columns: to. Order as DeviceMode: idle, listening, streaming, thinking, speaking, muted.
        private static readonly byte[][] Allowed =
        {
            new byte[] { 0, 1, 1, 0, 1, 1 }, // idle: word, button, follow-up, an announcement, mute
            new byte[] { 1, 0, 1, 0, 1, 1 }, // listening: nothing said, speech, an announcement, mute
            new byte[] { 1, 0, 1, 1, 1, 1 }, // streaming: given up, a new word, end of speech, answer already here, mute
            new byte[] { 1, 1, 1, 0, 1, 1 }, // thinking: given up, follow-up, a new word, the answer, mute
            new byte[] { 1, 1, 1, 0, 0, 1 }, // speaking: played, follow-up, interrupted, mute
            new byte[] { 1, 0, 0, 0, 0, 0 }, // muted: unmute
        };

        /// <summary>What the device is doing.</summary>
        public DeviceMode Mode { get; private set; }

        /// <summary>The turn it belongs to; empty outside a turn.</summary>
        public string TurnId { get; private set; } = "";

        /// <summary>Uptime when the mode began, ms.</summary>
        public long SinceMs { get; private set; }

        /// <summary>True when the move is in the table.</summary>
        public bool CanMove(DeviceMode to)
        {
            return Allowed[(int)Mode][(int)to] != 0;
        }

        /// <summary>Makes a move.</summary>
        /// <exception cref="InvalidOperationException">The move is not in the table.</exception>
        public void Move(DeviceMode to, string turnId, long nowMs)
        {
            if (!CanMove(to))
            {
                throw new InvalidOperationException("state: no move from " + Wearable.Contract.StateMessage.Modes[(int)Mode] + " to " + Wearable.Contract.StateMessage.Modes[(int)to]);
            }

            Mode = to;
            TurnId = turnId;
            SinceMs = nowMs;
        }
    }
}
