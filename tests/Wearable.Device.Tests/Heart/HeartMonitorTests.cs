using nanoFramework.TestFramework;
using Wearable.Firmware.Heart;

namespace Wearable.DeviceTests
{
    /// <summary>Driver and pulse code together, over a register-level sensor, stepped as the device's loop does.</summary>
    [TestClass]
    public class HeartMonitorTests
    {
        [TestMethod]
        public static void The_driver_sets_the_part_up_and_reads_at_most_30_bytes()
        {
            FakeClock clock = new FakeClock();
            FakeSensor sensor = new FakeSensor(clock);
            Max30102 driver = new Max30102(sensor, clock, new Max30102Settings());
            int samples = 0;
            for (int n = 0; n < 100; n++)
            {
                clock.Sleep(20);
                samples += driver.Poll();
            }

            Check.Equal((int)Max30102State.Running, (int)driver.State, "state");
            Check.Equal(0x20, sensor.Register(Max30102Registers.FifoConfig), "FIFO");
            Check.Equal(0x27, sensor.Register(Max30102Registers.SpO2Config), "range, rate, width");
            Check.Equal(0x1F, sensor.Register(Max30102Registers.Led2), "infrared");
            Check.Between(85, 100, samples, "samples in 2 s");
            Check.Equal(110000, driver.Samples[0], "light");
            Check.Between(7, 30, sensor.LongestRead, "longest read");
        }

        [TestMethod]
        public static void A_brown_out_and_a_missing_acknowledge_are_survived()
        {
            FakeClock clock = new FakeClock();
            FakeSensor sensor = new FakeSensor(clock);
            Max30102 driver = new Max30102(sensor, clock, new Max30102Settings());
            Poll(driver, clock, 50);
            sensor.FailNext = 1;
            Poll(driver, clock, 50);
            Check.Equal(1, driver.BusErrors, "bus errors");
            sensor.BrownOut();
            Poll(driver, clock, 50);
            Check.Equal(1, driver.BrownOuts, "brown-outs");
            Check.Equal((int)Max30102State.Running, (int)driver.State, "state");
        }

        [TestMethod]
        public static void An_overflow_of_the_fifo_is_counted()
        {
            FakeClock clock = new FakeClock();
            FakeSensor sensor = new FakeSensor(clock);
            Max30102 driver = new Max30102(sensor, clock, new Max30102Settings());
            Poll(driver, clock, 50);
            clock.Sleep(1000);
            Check.Equal(Max30102Registers.FifoSamples, driver.Poll(), "samples of a full FIFO");
            Check.Between(10, 25, driver.OverflowCount, "lost samples");
        }

        [TestMethod]
        public static void Seventy_five_beats_a_minute_are_told_and_nobody_there_is_no_number()
        {
            FakeClock clock = new FakeClock();
            FakeSensor sensor = new FakeSensor(clock);
            sensor.Pulse = new SyntheticPulse(115000, 900, 40);
            HeartMonitor monitor = new HeartMonitor(sensor, clock);
            Run(monitor, clock, 1000);
            Check.Equal((int)HeartState.Ok, (int)monitor.Reading.State, "state after 20 s");
            Check.True(monitor.Reading.HasRate, "a rate");
            Check.Between(747, 753, monitor.Reading.RateBpmX10, "rate");
            Check.Equal(Expected.MonitorNumbers[0], monitor.Reading.RateBpmX10, "rate, exactly");
            Check.Equal(Expected.MonitorNumbers[1], monitor.Reading.Quality, "quality, exactly");
            Check.Equal(Expected.MonitorNumbers[2], monitor.Reading.Perfusion, "perfusion, exactly");
            int[] intervals = new int[32];
            int[] accepted = new int[32];
            long first;
            int beats = monitor.TakeBeats(intervals, accepted, out first);
            Check.True(beats > 5, "beats taken");
            Check.Between(795, 805, intervals[beats - 1], "last interval");
            sensor.Pulse = null;
            sensor.Light = 300;
            Run(monitor, clock, 1000);
            Check.True(!monitor.Reading.HasRate, "no rate without a finger");
            Check.Equal((int)HeartState.NoContact, (int)monitor.Reading.State, "state without a finger");
        }

        [TestMethod]
        public static void An_absent_sensor_is_told_and_asked_seldom()
        {
            FakeClock clock = new FakeClock();
            FakeSensor sensor = new FakeSensor(clock);
            sensor.FailNext = int.MaxValue;
            HeartMonitor monitor = new HeartMonitor(sensor, clock);
            Run(monitor, clock, 1000);
            Check.Equal((int)HeartState.SensorError, (int)monitor.Reading.State, "state");
            int calls = sensor.Calls;
            Run(monitor, clock, 1000);
            Check.Between(3, 5, sensor.Calls - calls, "tries in 20 s");
        }

        private static void Poll(Max30102 driver, FakeClock clock, int passes)
        {
            for (int n = 0; n < passes; n++)
            {
                clock.Sleep(20);
                driver.Poll();
            }
        }

        private static void Run(HeartMonitor monitor, FakeClock clock, int passes)
        {
            for (int n = 0; n < passes; n++)
            {
                clock.Sleep(20);
                monitor.Step();
            }
        }
    }
}
