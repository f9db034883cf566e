using System;
using nanoFramework.TestFramework;
using Wearable.Firmware;

namespace Wearable.DeviceTests
{
    /// <summary>Modes, settings and the button.</summary>
    [TestClass]
    public class StateTests
    {
        // Bit to of row from: the moves that are allowed.
        private static readonly int[] s_moves = { 0x36, 0x35, 0x3D, 0x37, 0x27, 0x01 };

        [TestMethod]
        public static void Only_the_moves_of_the_table_are_made()
        {
            for (int from = 0; from < 6; from++)
            {
                for (int to = 0; to < 6; to++)
                {
                    bool allowed = ((s_moves[from] >> to) & 1) != 0;
                    Check.True(In(from).CanMove((DeviceMode)to) == allowed, "from " + from.ToString() + " to " + to.ToString());
                }
            }
        }

        [TestMethod]
        public static void A_move_outside_the_table_throws_with_both_names()
        {
            DeviceState state = In((int)DeviceMode.Muted);
            try
            {
                state.Move(DeviceMode.Speaking, "", 0);
            }
            catch (InvalidOperationException e)
            {
                Check.Text("state: no move from muted to speaking", e.Message, "message");
                return;
            }

            Check.True(false, "a throw expected");
        }

        [TestMethod]
        public static void Settings_keep_their_range()
        {
            Settings settings = new Settings();
            Check.Equal(10, settings.Count, "settings");
            Check.Equal(1000, settings.Get(Settings.PreRollMs), "default pre-roll");
            Check.True(settings.TrySet("volume_percent", 100), "volume 100");
            Check.True(!settings.TrySet("volume_percent", 101), "volume 101");
            Check.True(!settings.TrySet("up_codec", 20), "a codec this firmware cannot make");
            Check.True(settings.TrySet("up_codec", 30), "ADPCM");
            Check.True(!settings.TrySet("colour", 1), "unknown");
            Check.Equal(100, settings.Get(Settings.VolumePercent), "volume kept");
        }

        [TestMethod]
        public static void A_press_is_short_or_long_and_told_once()
        {
            FakeBoard board = new FakeBoard();
            PressReader reader = new PressReader(board);
            board.Pressed = true;
            Check.Equal((int)Press.None, (int)reader.Read(1000), "down");
            Check.Equal((int)Press.None, (int)reader.Read(1999), "held 999 ms");
            Check.Equal((int)Press.Long, (int)reader.Read(2000), "held 1 s");
            Check.Equal((int)Press.None, (int)reader.Read(3000), "still held");
            board.Pressed = false;
            Check.Equal((int)Press.None, (int)reader.Read(3020), "let go after a long press");
            board.Pressed = true;
            reader.Read(4000);
            board.Pressed = false;
            Check.Equal((int)Press.Short, (int)reader.Read(4100), "let go after 100 ms");
        }

        // Brings a state to a mode by allowed moves: everything is one move from idle but thinking.
        private static DeviceState In(int mode)
        {
            DeviceState state = new DeviceState();
            if (mode == (int)DeviceMode.Thinking)
            {
                state.Move(DeviceMode.Streaming, "t-1", 0);
            }

            if (mode != (int)DeviceMode.Idle)
            {
                state.Move((DeviceMode)mode, "t-1", 0);
            }

            return state;
        }
    }
}
