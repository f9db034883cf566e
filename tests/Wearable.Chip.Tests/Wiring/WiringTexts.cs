using System.Text;

namespace Wearable.Chip.Tests.Wiring;

/// <summary>The wiring as the firmware's pins and as the table people solder by.</summary>
internal static class WiringTexts
{
    /// <summary>firmware/Wearable.Esp32/Pins.cs.</summary>
    public static string Pins(WiringPlan plan)
    {
        StringBuilder text = new("""
            using System;
            using nanoFramework.Runtime.Native;

            namespace Wearable.Esp32
            {
                /// <summary>
                /// Where each wire goes. Made from hardware/wiring.json, as the picture and the table there; a test keeps them the same. One image runs on
                /// every board: the runtime says which chip it was built for.
                /// </summary>
                internal static class Pins
                {
            """);
        foreach (Wire wire in plan.Signals)
        {
            string pin = wire.Esp32S3 == wire.Esp32 ? Number(wire.Esp32) : $"Pick({Number(wire.Esp32S3)}, {Number(wire.Esp32)})";
            text.Append($$"""

                        /// <summary>{{plan.PartOf(wire).Title}}{{(wire.Part is "button" or "light" ? "" : " " + wire.Pin)}}: {{wire.Is}}.</summary>
                        public static int {{wire.Name}}
                        {
                            get { return {{pin}}; }
                        }

                """);
        }

        text.Append("""

                    // Classic ESP32 has its flash on 6 to 11 and, with PSRAM, more on 16 and 17: pins that are free on the S3. Not a static field: what a
                    // static constructor throws happens before Main and is never shown.
                    private static int Pick(int esp32S3, int esp32)
                    {
                        string target = SystemInfo.TargetName;
                        if (target.StartsWith("ESP32_S3"))
                        {
                            return esp32S3;
                        }

                        if (target.StartsWith("ESP32_PSRAM") || target.StartsWith("ESP32_REV"))
                        {
                            return esp32;
                        }

                        throw new NotSupportedException("no pins are known for target " + target + ", see hardware/README.md");
                    }
                }
            }

            """);
        return text.ToString();
    }

    /// <summary>The table of hardware/README.md.</summary>
    public static string Table(WiringPlan plan)
    {
        StringBuilder text = new("| part | its pin | ESP32-S3 | classic ESP32 | `Pins.cs` |\n|---|---|---|---|---|\n");
        foreach (Wire wire in plan.Wires)
        {
            WiredPart part = plan.PartOf(wire);
            Wire signal = plan.SignalOf(wire);
            string s3 = wire.To ?? $"GPIO {Number(signal.Esp32S3)}", classic = wire.To ?? $"GPIO {Number(signal.Esp32)}";
            text.Append($"| {part.Title}{(part.Optional ? " (optional)" : "")} | {wire.Pin} | {s3} | {classic} | {signal.Name} |\n");
        }

        return text.ToString();
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
