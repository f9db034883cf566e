using System;
using System.Device.Gpio;
using System.Threading;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;
using Wearable.Contract;
using Wearable.Firmware;
using Wearable.Firmware.Heart;
using Wearable.Firmware.Voice;

namespace Wearable.Esp32
{
    /// <summary>The outer loop: puts the device together, runs it for ever, and decides what a fault means.</summary>
    public static class Program
    {
        // Time to read the reason on the serial line; a room notices a wearable that is away for longer.
        private const int FaultPauseMs = 5000;

        /// <summary>Runs until a fault. An unhandled exception would print nothing and leave the chip hung: its task watchdog is off.</summary>
        public static void Main()
        {
            DeviceFile file;
            try
            {
                file = DeviceFile.Load();
            }
            catch (Exception e)
            {
                Console.WriteLine("wearable: " + e.Message);
                Thread.Sleep(Timeout.Infinite); // a restart would find the same file; the cable brings another
                return;
            }

            try
            {
                Run(file);
            }
            catch (Exception e)
            {
                Console.WriteLine("wearable: restart after " + (HighResTimer.GetCurrent() / 1000).ToString() + " ms: " + e.GetType().FullName + ": " + e.Message);
            }

            Thread.Sleep(FaultPauseMs);
            Power.RebootDevice(RebootOption.NormalReboot);
        }

        private static void Run(DeviceFile file)
        {
            DeviceBoard board = MakeBoard(file);
            WakeModelStore models = new WakeModelStore(board.Storage);
            IWakeWordDetector wake;
            if (board.HasVoice)
            {
                wake = new WakeWordDetector(models.Load());
            }
            else
            {
                Console.WriteLine("wearable: no PSRAM, so no voice: pulse only");
                wake = new NoWakeWord();
            }

            Device device = new Device(board, MakeIdentity(file), new Settings(), wake, new HeartMonitor(board.I2c, board.Clock));
            device.Start();
            device.TellModelProblem(models.Problem);
            for (;;)
            {
                device.RunOnce();
            }
        }

        private static DeviceBoard MakeBoard(DeviceFile file)
        {
            GpioController gpio = new GpioController();
            DeviceBoard board = new DeviceBoard();
            board.Name = SystemInfo.TargetName;
            board.Clock = new Esp32Clock();
            board.Microphone = new Inmp441Microphone();
            board.Speaker = new Max98357aSpeaker(board.Clock);
            board.I2c = new Esp32I2cBus();
            board.Network = new WifiRadio();
            board.Link = new M2MqttLink(file.Host, file.Port, file.Authority);
            board.Storage = new FlashStorage();
            board.Light = new StatusLight(gpio);
            board.Button = new PushButton(gpio);
            board.Power = new Esp32Power();
            board.HasVoice = board.Power.FreeHeapBytes >= DeviceBoard.VoiceHeapBytes;
            return board;
        }

        private static DeviceIdentity MakeIdentity(DeviceFile file)
        {
            DeviceIdentity identity = new DeviceIdentity();
            identity.DeviceId = file.Id;
            identity.User = file.User;
            identity.Password = file.Password;
            identity.FirmwareVersion = FirmwareVersion.Text;
            identity.ClrVersion = "nanoFramework " + SystemInfo.Version.ToString();
            identity.BootId = new Random().Next(int.MaxValue - 1) + 1; // the chip's hardware generator: another one each boot
            return identity;
        }
    }
}
