using System.Text.RegularExpressions;

namespace Wearable.Chip.Tests.Wiring;

/// <summary>
/// The wiring people solder, the picture they look at and the pins the firmware drives come from hardware/wiring.json. With WEARABLE_WRITE=1 in the
/// environment these tests write the three instead of comparing them.
/// </summary>
public sealed class WiringTests
{
    private static readonly WiringPlan Plan = WiringPlan.Load();
    private static readonly string Page = Path.Combine(Repository.Root, "hardware", "README.md");

    [Fact]
    public void Pins_of_the_firmware_are_the_wiring() => Same(Path.Combine(Repository.Root, "firmware", "Wearable.Esp32", "Pins.cs"), _ => WiringTexts.Pins(Plan));

    [Fact]
    public void Table_is_the_wiring() => Same(Page, page => Between(page, "wiring", WiringTexts.Table(Plan)));

    [Fact]
    public void Picture_is_the_wiring() => Same(Path.Combine(Repository.Root, "hardware", "wiring.svg"), _ => WiringPicture.Draw(Plan).Svg);

    [Fact]
    public void No_text_of_the_picture_covers_another()
    {
        List<(double X, double Y, double Width, double Height, string Text)> texts = WiringPicture.Draw(Plan).Picture.Texts;
        Assert.True(texts.Count > 50);
        for (int i = 0; i < texts.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (double X, double Y, double Width, double Height, string Text) a = texts[i], b = texts[j];
                bool apart = a.X >= b.X + b.Width || b.X >= a.X + a.Width || a.Y >= b.Y + b.Height || b.Y >= a.Y + a.Height;
                Assert.True(apart, $"\"{a.Text}\" and \"{b.Text}\"");
            }
        }
    }

    [Fact]
    public void No_text_of_the_picture_leaves_its_box()
    {
        WiringPicture picture = WiringPicture.Draw(Plan).Picture;
        foreach ((double x, double y, double width, double height, string text) in picture.Texts)
        {
            double middleX = x + width / 2, middleY = y + height / 2;
            foreach ((double X, double Y, double Width, double Height) box in picture.Boxes.Where(b => middleX > b.X && middleX < b.X + b.Width && middleY > b.Y && middleY < b.Y + b.Height))
            {
                Assert.True(x >= box.X && x + width <= box.X + box.Width && y >= box.Y && y + height <= box.Y + box.Height, text);
            }
        }
    }

    [Fact]
    public void Every_pin_has_one_wire_and_every_part_its_supply()
    {
        Assert.Equal(Plan.Signals.Count(), Plan.Signals.Select(wire => wire.Esp32S3).Distinct().Count());
        Assert.Equal(Plan.Signals.Count(), Plan.Signals.Select(wire => wire.Esp32).Distinct().Count());
        foreach (WiredPart part in Plan.Parts.Where(part => part.Id != "speaker"))
        {
            Assert.Contains(Plan.WiresOf(part), wire => wire.To == "GND");
        }
    }

    // ESP32-S3 data sheet: 26-32 flash and PSRAM, 33-37 octal PSRAM, 19 and 20 USB, 43 and 44 the serial console, 3, 45 and 46 read at reset.
    // ESP32 data sheet: 6-11 flash, 16 and 17 PSRAM, 1 and 3 the serial console, 12 read at reset (flash voltage), 34-39 inputs only.
    // GPIO 0 and 2 are read at reset too, in the sense that a button and a light to ground leave alone.
    [Fact]
    public void No_wire_takes_a_pin_that_the_module_needs_itself()
    {
        int[] s3 = [3, 19, 20, .. Enumerable.Range(26, 12), 43, 44, 45, 46];
        int[] classic = [1, 3, 6, 7, 8, 9, 10, 11, 12, 16, 17, .. Enumerable.Range(34, 6)];
        Assert.DoesNotContain(Plan.Signals, wire => s3.Contains(wire.Esp32S3) || wire.Esp32S3 is < 0 or > 48);
        Assert.DoesNotContain(Plan.Signals, wire => classic.Contains(wire.Esp32) || wire.Esp32 is < 0 or > 33);
    }

    [Fact]
    public void Flash_boards_of_the_page_are_those_of_the_scripts() => Same(Page, page => Between(page, "boards", BoardTable.Make()));

    private static void Same(string file, Func<string, string> make)
    {
        string there = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        string wanted = make(there).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("WEARABLE_WRITE") == "1" && there != wanted)
        {
            File.WriteAllText(file, wanted);
            return;
        }

        Assert.Equal(wanted, there);
    }

    private static string Between(string page, string name, string content)
    {
        Regex section = new($@"(<!-- {name}[^>]*-->\n).*?(<!-- /{name} -->)", RegexOptions.Singleline);
        Assert.Single(section.Matches(page));
        return section.Replace(page, match => match.Groups[1].Value + content + match.Groups[2].Value);
    }
}
