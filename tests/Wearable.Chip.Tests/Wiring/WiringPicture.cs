using System.Globalization;
using System.Net;
using System.Text;

namespace Wearable.Chip.Tests.Wiring;

/// <summary>
/// hardware/wiring.svg: the board in the middle, every part a box beside it. The board's pins stand in the order of the parts, so each signal is
/// one straight line; supplies are rails that run down each side and join a wire where there is a dot.
/// </summary>
internal sealed class WiringPicture
{
    // The board's pins are these rows apart; a part's title takes two rows.
    private const int Row = 26, Top = 120, PartGap = 22, TitleHeight = 50;
    private const int Width = 1120, PartWidth = 210, LeftPart = 40, RightPart = 690, BoardLeft = 470, BoardWidth = 150, SpeakerLeft = 950, SpeakerWidth = 130;

    private static readonly Dictionary<string, string> KindNames = new()
    {
        ["3V3"] = "3.3 V", ["5V"] = "5 V", ["GND"] = "ground", ["microphone"] = "sound in (I2S 1)", ["speaker"] = "sound out (I2S 2)", ["i2c"] = "sensors (I2C 1)", ["gpio"] = "button, light", ["sound"] = "speaker",
    };

    // Where rails run, by side and supply; the sensors' bus lines are the wires that others join.
    private static readonly Dictionary<(string Side, string Net), int> Rails = new()
    {
        [("left", "3V3")] = 290, [("left", "GND")] = 320, [("left", "SensorData")] = 370, [("left", "SensorClock")] = 400,
        [("right", "5V")] = 640 + 20, [("right", "GND")] = 640,
    };

    private readonly WiringPlan _plan;
    private readonly StringBuilder _lines = new(), _boxes = new(), _dots = new(), _texts = new();
    private readonly Dictionary<(string Side, string Net), (int First, int Last)> _railEnds = [];

    private WiringPicture(WiringPlan plan)
    {
        _plan = plan;
    }

    /// <summary>Boxes around every text, for the test that none covers another: x, y, width, height, text.</summary>
    public List<(double X, double Y, double Width, double Height, string Text)> Texts { get; } = [];

    /// <summary>Every box: x, y, width, height.</summary>
    public List<(double X, double Y, double Width, double Height)> Boxes { get; } = [];

    public static (string Svg, WiringPicture Picture) Draw(WiringPlan plan)
    {
        WiringPicture picture = new(plan);
        return (picture.Draw(), picture);
    }

    private string Draw()
    {
        int bottom = Math.Max(Side("left"), Side("right"));
        foreach (((string side, string net), (int first, int last)) in _railEnds)
        {
            int x = Rails[(side, net)];
            bool isSupply = net is "3V3" or "5V" or "GND";
            int top = isSupply ? RailTop(net) : first;
            Line(Kind(net), x, top, x, last);
            if (isSupply)
            {
                int edge = side == "left" ? BoardLeft : BoardLeft + BoardWidth;
                Line(Kind(net), x, top, edge, top);
            }
        }

        foreach (string net in new[] { "3V3", "5V", "GND" })
        {
            BoardLabel(net == "GND" ? "both" : net == "3V3" ? "left" : "right", RailTop(net), net, "");
        }

        Box(BoardLeft, 22, BoardWidth, bottom - 22 + 12, "board");
        Text(BoardLeft + BoardWidth / 2, 46, "ESP32-S3", "title", "middle");
        Text(BoardLeft + BoardWidth / 2, bottom - 22, "GPIO of the S3,", "small", "middle");
        Text(BoardLeft + BoardWidth / 2, bottom - 6, "(classic ESP32)", "small", "middle");
        int height = Legend(bottom + 46);
        return $$$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{{Width}}} {{{height}}}" width="{{{Width}}}" height="{{{height}}}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" role="img" aria-label="Wiring of a wearable">
            <!-- Made from wiring.json; do not edit. -->
            <style>
            .paper{fill:#fff;stroke:#d0d7de}.box{fill:#f6f8fa;stroke:#57606a;stroke-width:1.5}.board{fill:#eaf5ea;stroke:#2e7d32;stroke-width:2}.optional{stroke-dasharray:6 4}
            text{fill:#1f2328;font-size:13px}.title{font-size:16px;font-weight:600}.small{font-size:12px;fill:#57606a}
            line{stroke-width:2.2;fill:none}.k3V3{stroke:#d1242f}.k5V{stroke:#e36209}.kGND{stroke:#24292f}.kmicrophone{stroke:#0969da}.kspeaker{stroke:#0e8a8a}.ki2c{stroke:#8250df}.kgpio{stroke:#2da44e}.ksound{stroke:#9a6700}
            circle{stroke:none}.d3V3{fill:#d1242f}.d5V{fill:#e36209}.dGND{fill:#24292f}.di2c{fill:#8250df}
            @media (prefers-color-scheme:dark){.paper{fill:#0d1117;stroke:#30363d}.box{fill:#161b22;stroke:#8b949e}.board{fill:#12261a;stroke:#3fb950}text{fill:#e6edf3}.small{fill:#9da7b1}.k3V3{stroke:#ff7b72}.k5V{stroke:#ffa657}.kGND{stroke:#b1bac4}.kmicrophone{stroke:#58a6ff}.kspeaker{stroke:#39c5cf}.ki2c{stroke:#bc8cff}.kgpio{stroke:#3fb950}.ksound{stroke:#d29922}.d3V3{fill:#ff7b72}.d5V{fill:#ffa657}.dGND{fill:#b1bac4}.di2c{fill:#bc8cff}}
            </style>
            <rect class="paper" x="0.5" y="0.5" width="{{{Width - 1}}}" height="{{{height - 1}}}" rx="12"/>
            {{{_lines}}}{{{_boxes}}}{{{_dots}}}{{{_texts}}}</svg>

            """;
    }

    // One side's parts from top to bottom; the lower end of the last.
    private int Side(string side)
    {
        int y = Top;
        foreach (WiredPart part in _plan.Parts.Where(part => part.Side == side && part.Id != "speaker"))
        {
            Wire[] wires = [.. _plan.WiresOf(part)];
            int height = TitleHeight + wires.Length * Row + 6;
            int x = side == "left" ? LeftPart : RightPart;
            Box(x, y, PartWidth, height, part.Optional ? "box optional" : "box");
            Text(x + PartWidth / 2, y + 22, part.Title, "title", "middle");
            Text(x + PartWidth / 2, y + 40, part.What, "small", "middle");
            for (int i = 0; i < wires.Length; i++)
            {
                Connect(side, wires[i], y + TitleHeight + i * Row + Row / 2);
            }

            if (part.Id == "amplifier")
            {
                Speaker(y + TitleHeight + Row / 2);
            }

            y += height + PartGap;
        }

        return y - PartGap;
    }

    private void Connect(string side, Wire wire, int y)
    {
        bool left = side == "left";
        int edge = left ? LeftPart + PartWidth : RightPart;
        Text(left ? edge - 10 : edge + 10, y + 4.5, wire.Pin, "", left ? "end" : "start");
        if (wire.Name is not null)
        {
            Line(wire.Kind, edge, y, left ? BoardLeft : BoardLeft + BoardWidth, y);
            BoardLabel(side, y, $"{wire.Esp32S3}", $"({wire.Esp32})");
            if (Rails.ContainsKey((side, wire.Name)))
            {
                Join(side, wire.Name, y, wire.Kind);
            }

            return;
        }

        string net = wire.Joins ?? wire.To!;
        Line(wire.Kind, edge, y, Rails[(side, net)], y);
        Join(side, net, y, wire.Kind);
    }

    // The speaker stands beside the amplifier: no other part's wires pass there.
    private void Speaker(int y)
    {
        WiredPart speaker = _plan.Parts.Single(part => part.Id == "speaker");
        Wire[] wires = [.. _plan.WiresOf(speaker)];
        Box(SpeakerLeft, y - Row / 2 - TitleHeight, SpeakerWidth, TitleHeight + wires.Length * Row + 6, "box");
        Text(SpeakerLeft + SpeakerWidth / 2, y - Row / 2 - TitleHeight + 22, speaker.Title, "title", "middle");
        Text(SpeakerLeft + SpeakerWidth / 2, y - Row / 2 - TitleHeight + 40, speaker.What, "small", "middle");
        for (int i = 0; i < wires.Length; i++)
        {
            int at = y + i * Row;
            Line(wires[i].Kind, RightPart + PartWidth, at, SpeakerLeft, at);
            Text(RightPart + PartWidth - 10, at + 4.5, wires[i].Pin, "", "end");
            Text(SpeakerLeft + 10, at + 4.5, wires[i].Pin, "", "start");
        }
    }

    private void BoardLabel(string side, int y, string pin, string classic)
    {
        if (side != "right")
        {
            Text(BoardLeft + 10, y + 4.5, pin, "", "start");
            Text(BoardLeft + 36, y + 4.5, classic, "small", "start");
        }

        if (side != "left")
        {
            Text(BoardLeft + BoardWidth - 10, y + 4.5, pin, "", "end");
            Text(BoardLeft + BoardWidth - 36, y + 4.5, classic, "small", "end");
        }
    }

    private void Join(string side, string net, int y, string kind)
    {
        (int first, int last) = _railEnds.GetValueOrDefault((side, net), (y, y));
        _railEnds[(side, net)] = (Math.Min(first, y), Math.Max(last, y));
        _dots.Append(CultureInfo.InvariantCulture, $"<circle class=\"d{kind}\" cx=\"{Rails[(side, net)]}\" cy=\"{y}\" r=\"4\"/>\n");
    }

    private static int RailTop(string net) => net == "GND" ? 92 : 70;

    private static string Kind(string net) => net is "SensorData" or "SensorClock" ? "i2c" : net;

    private int Legend(int y)
    {
        string[] kinds = [.. KindNames.Keys.Where(kind => _plan.Wires.Any(wire => wire.Kind == kind))];
        int x = LeftPart;
        foreach (string kind in kinds)
        {
            Line(kind, x, y, x + 24, y);
            Text(x + 32, y + 4.5, KindNames[kind], "small", "start");
            x += 32 + (int)(KindNames[kind].Length * 6.4) + 26;
        }

        Text(LeftPart, y + 30, "A dot joins; lines that only cross do not touch. Left open on the MAX98357A: SD and GAIN.", "small", "start");
        return y + 52;
    }

    private void Line(string kind, int x1, int y1, int x2, int y2) =>
        _lines.Append(CultureInfo.InvariantCulture, $"<line class=\"k{kind}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke-linecap=\"round\"/>\n");

    private void Box(int x, int y, int width, int height, string look)
    {
        Boxes.Add((x, y, width, height));
        _boxes.Append(CultureInfo.InvariantCulture, $"<rect class=\"{look}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n");
    }

    private void Text(double x, double y, string text, string look, string anchor)
    {
        if (text.Length == 0)
        {
            return;
        }

        string styled = look.Length == 0 ? "" : $" class=\"{look}\"";
        _texts.Append(CultureInfo.InvariantCulture, $"<text{styled} x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>\n");
        double size = look switch { "title" => 16, "small" => 12, _ => 13 };
        double width = text.Length * size * 0.58;
        Texts.Add((anchor switch { "middle" => x - width / 2, "end" => x - width, _ => x }, y - size * 0.8, width, size, text));
    }
}
