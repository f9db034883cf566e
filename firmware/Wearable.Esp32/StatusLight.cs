using System.Device.Gpio;
using Wearable.Firmware;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>One light: on whenever the microphone captures sound, off when it is switched off.</summary>
    internal sealed class StatusLight : ILight
    {
        private readonly GpioPin _pin;

        public StatusLight(GpioController gpio)
        {
            _pin = gpio.OpenPin(Pins.Light, PinMode.Output);
        }

        public void Show(DeviceMode mode)
        {
            _pin.Write(mode == DeviceMode.Muted ? PinValue.Low : PinValue.High);
        }
    }
}
