using Wearable.Firmware.Board;

namespace Wearable.Firmware
{
    /// <summary>What a press of the button meant.</summary>
    public enum Press
    {
        /// <summary>Nothing, or not yet clear.</summary>
        None,

        /// <summary>Pressed and let go within a second.</summary>
        Short,

        /// <summary>Held for a second; reported while still held.</summary>
        Long,
    }

    /// <summary>Tells short from long presses.</summary>
    public sealed class PressReader
    {
        /// <summary>Held this long it is a long press, ms.</summary>
        public const int LongMs = 1000;

        private readonly IButton _button;
        private bool _down;
        private bool _longTold;
        private long _downSinceMs;

        /// <summary>Makes a reader.</summary>
        public PressReader(IButton button)
        {
            _button = button;
        }

        /// <summary>Looks at the button.</summary>
        /// <param name="nowMs">Uptime.</param>
        public Press Read(long nowMs)
        {
            bool down = _button.IsPressed;
            if (down && !_down)
            {
                _down = true;
                _longTold = false;
                _downSinceMs = nowMs;
                return Press.None;
            }

            if (down && !_longTold && nowMs - _downSinceMs >= LongMs)
            {
                _longTold = true;
                return Press.Long;
            }

            if (!down && _down)
            {
                _down = false;
                return _longTold ? Press.None : Press.Short;
            }

            return Press.None;
        }
    }
}
