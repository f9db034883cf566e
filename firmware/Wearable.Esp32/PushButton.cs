using System.Device.Gpio;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>A button to ground. Read once per loop pass (20 ms), which is longer than it bounces.</summary>
    internal sealed class PushButton : IButton
    {
        private readonly GpioPin _pin;

        public PushButton(GpioController gpio)
        {
            _pin = gpio.OpenPin(Pins.Button, PinMode.InputPullUp);
        }

        public bool IsPressed
        {
            get { return _pin.Read() == PinValue.Low; }
        }
    }
}
