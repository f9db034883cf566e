using System.Runtime.Versioning;
using System.Text.Json;

namespace Wearable.Chip.Tests.Flashing;

/// <summary>
/// hardware/flash.sh and hardware/flash.ps1: the same commands for the same words, the right address for every board, and one sentence for
/// everything that can be wrong. Both scripts are really run; nanoff is a fake that writes down how it was called.
/// </summary>
[Collection(Together.Name)]
public sealed class FlashScriptTests
{
    private static readonly Dictionary<string, string> Nothing = new() { ["NANOFF"] = "there-is-no-nanoff" };
    private static readonly Board[] Boards = JsonSerializer.Deserialize<BoardFile>(
        File.ReadAllText(Path.Combine(FlashScript.Folder, "boards.json")), new JsonSerializerOptions(JsonSerializerDefaults.Web))!.Boards;

    public static TheoryData<string> Scripts => [FlashScript.Bash, FlashScript.PowerShellScript];

    public static TheoryData<string, string> ScriptsAndBoards
    {
        get
        {
            TheoryData<string, string> all = [];
            foreach (string script in new[] { FlashScript.Bash, FlashScript.PowerShellScript })
            {
                foreach (Board board in Boards.Where(board => board.No.Length == 0))
                {
                    all.Add(script, board.Id);
                }
            }

            return all;
        }
    }

    [Fact]
    public void Addresses_and_sizes_are_those_of_the_runtimes_partition_tables()
    {
        string[][] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "Wearable.Chip.Tests", "Data", "deploy-partitions.txt"))
            .Where(line => !line.StartsWith('#')).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        foreach (Board board in Boards)
        {
            string[][] own = [.. rows.Where(row => row[0] == board.Series)];
            Assert.Equal([board.Address], own.Select(row => row[2]).Distinct());
            // The 4 MB layout: the least that a board of these targets has.
            Assert.Equal(Convert.ToInt32(own.Single(row => row[1] == "4mb")[3], 16).ToString(System.Globalization.CultureInfo.InvariantCulture), board.Space);
        }
    }

    [Theory]
    [MemberData(nameof(ScriptsAndBoards))]
    public void Dry_run_prints_every_command_and_needs_neither_nanoff_nor_board(string script, string id)
    {
        Board board = Boards.Single(board => board.Id == id);
        ScriptResult result = FlashScript.Run(script, Nothing, "--board", id, "--port", "/dev/ttyACM0", "--image", "app.bin", "--device", "bear", "--dry-run");
        Assert.Equal(0, result.Exit);
        Assert.Equal(
            [
                "nanoff --platform esp32 --serialport /dev/ttyACM0",
                $"nanoff --update --target {board.Target} --serialport /dev/ttyACM0",
                $"nanoff --target {board.Target} --serialport /dev/ttyACM0 --deploy --image {Repository.Root}/app.bin --address {board.Address}",
                $"cd {Repository.Root}/bear",
                "nanoff --serialport /dev/ttyACM0 --filedeployment files.json --networkdeployment network.json",
            ],
            result.Lines);
        Assert.Equal(board.Note.Length == 0 ? "" : $"note: {board.Note}\n", result.Error);
    }

    [Theory]
    [InlineData("--board", "esp32-s3-octal", "--port", "COM5", "--dry-run")]
    [InlineData("--board", "esp32-psram", "--port", "COM5", "--dry-run", "--masserase", "--fwversion", "1.17.0.339", "--device", "/home/me/my bear")]
    [InlineData("--board", "esp32", "--port", "/dev/ttyUSB0", "--dry-run", "--only", "app", "--image", "/tmp/a b.bin")]
    [InlineData("--board", "esp32", "--port", "/dev/ttyUSB0", "--dry-run", "--only", "runtime", "--masserase")]
    [InlineData("--board", "esp32", "--port", "/dev/ttyUSB0", "--dry-run", "--only", "settings", "--device", "bear")]
    [InlineData("--list")]
    [InlineData("--board", "esp32-c3", "--port", "COM5", "--dry-run")]
    [InlineData("--board", "ESP32_S3_OCTAL", "--port", "COM5")]
    [InlineData("--port", "COM5")]
    [InlineData("--board", "esp32")]
    [InlineData("--board", "esp32", "--port")]
    [InlineData("--board", "esp32", "--port", "COM5", "--only", "everything")]
    [InlineData("--board", "esp32", "--port", "COM5", "--only", "settings")]
    [InlineData("--board", "esp32", "--port", "COM5", "--only", "app", "--masserase")]
    [InlineData("--wipe")]
    public void Both_scripts_say_the_same(params string[] arguments)
    {
        ScriptResult bash = FlashScript.Run(FlashScript.Bash, Nothing, arguments);
        ScriptResult shell = FlashScript.Run(FlashScript.PowerShellScript, Nothing, arguments);
        Assert.Equal(bash, shell);
        Assert.Equal(bash.Exit == 0, bash.Output.Length > 0);
        Assert.Equal(bash.Exit != 0, bash.Error.StartsWith("flash: ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    [UnsupportedOSPlatform("windows")]
    public void Nanoff_is_called_as_the_dry_run_said(string script)
    {
        using FakeNanoff fake = Fake();
        ScriptResult result = Flash(script, fake);
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Equal(
            [
                $"{Repository.Root}| --platform esp32 --serialport {fake.Port}",
                $"{Repository.Root}| --update --target ESP32_S3_OCTAL --serialport {fake.Port}",
                $"{Repository.Root}| --target ESP32_S3_OCTAL --serialport {fake.Port} --deploy --image {fake.Image} --address 0x1B0000",
                $"{fake.Device}| --serialport {fake.Port} --filedeployment files.json --networkdeployment network.json",
            ],
            fake.Calls);
        Assert.Contains("Done: tap RESET.", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    [UnsupportedOSPlatform("windows")]
    public void Every_wrong_thing_is_one_sentence_before_anything_is_written(string script)
    {
        using FakeNanoff fake = Fake();
        Refuses(script, fake, "flash: nanoff is not installed: dotnet tool install -g nanoff --version 2.5.162, then open a new terminal.", ("NANOFF", "there-is-no-nanoff"));
        Refuses(script, fake, "flash: nanoff 2.5.162 or newer, below 3, expected, got 2.5.99: ", ("FAKE_VERSION", "2.5.99"));
        Refuses(script, fake, "flash: nanoff 2.5.162 or newer, below 3, expected, got 3.0.0: ", ("FAKE_VERSION", "3.0.0"));
        Refuses(script, fake, $"flash: port {fake.Port}x does not exist; ", [], "--port", fake.Port + "x");
        Refuses(script, fake, $"flash: image {fake.Image}x is missing: dotnet build ", [], "--image", fake.Image + "x");
        Refuses(script, fake, $"flash: {fake.Device}x/files.json is missing: make the folder with ", [], "--device", fake.Device + "x");
        Refuses(script, fake, "flash: board esp32-psram has an ESP32, on ", [], "--board", "esp32-psram");
        Refuses(script, fake, $"flash: no board answers on {fake.Port}: hold BOOT, ", ("FAKE_CHIP", "none"));
        fake.Write("app.bin", "nanoCLR");
        Refuses(script, fake, $"flash: image {fake.Image} is no nanoFramework 1.x deployment image: ");
        fake.Write("app.bin", "NFMRK1" + new string('x', 2031616 - 5));
        Refuses(script, fake, $"flash: image {fake.Image} has 2031617 bytes, esp32-s3-octal takes 2031616.");
        Assert.DoesNotContain(fake.Calls, call => !call.Contains("| --platform", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    [UnsupportedOSPlatform("windows")]
    public void A_step_that_fails_stops_the_rest(string script)
    {
        using FakeNanoff fake = Fake();
        Assert.Equal(2, Failed(script, fake, "--update", "flash: the runtime was not written, nanoff says why above; ").Length);
        Assert.Equal(3, Failed(script, fake, "--deploy", "flash: the firmware was not written, nanoff says why above; ").Length);
        Assert.Equal(4, Failed(script, fake, "--networkdeployment", "flash: the settings were not written, nanoff says why above; ").Length);
        // nanoff's exit code stays 0 when a file did not arrive.
        fake.Environment["FAKE_FILES"] = "Error deploying content file wearable.json to I:\\wearable.json";
        Assert.Equal(4, Failed(script, fake, "no argument", "flash: the settings were not written, nanoff says why above; ").Length);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    [UnsupportedOSPlatform("windows")]
    public void A_chip_that_nanoff_does_not_name_is_a_note_and_no_stop(string script)
    {
        using FakeNanoff fake = Fake();
        fake.Environment["FAKE_CHIP"] = "";
        ScriptResult result = Flash(script, fake);
        Assert.Equal(0, result.Exit);
        Assert.Equal($"note: nanoff did not say which chip is on {fake.Port}, going on with ESP32-S3\n", result.Error);
    }

    [UnsupportedOSPlatform("windows")]
    private static FakeNanoff Fake()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the fake nanoff is a bash script");
        return new FakeNanoff();
    }

    [UnsupportedOSPlatform("windows")]
    private static ScriptResult Flash(string script, FakeNanoff fake, params string[] more)
    {
        List<string> arguments = ["--board", "esp32-s3-octal", "--port", fake.Port, "--image", fake.Image, "--device", fake.Device];
        return FlashScript.Run(script, fake.Environment, [.. arguments, .. more]);
    }

    [UnsupportedOSPlatform("windows")]
    private static void Refuses(string script, FakeNanoff fake, string sentence, (string Name, string Value) variable) =>
        Refuses(script, fake, sentence, [variable]);

    [UnsupportedOSPlatform("windows")]
    private static void Refuses(string script, FakeNanoff fake, string sentence, (string Name, string Value)[]? variables = null, params string[] arguments)
    {
        Dictionary<string, string> before = new(fake.Environment);
        foreach ((string name, string value) in variables ?? [])
        {
            fake.Environment[name] = value;
        }

        ScriptResult result = Flash(script, fake, arguments);
        foreach ((string name, string value) in before)
        {
            fake.Environment[name] = value;
        }

        Assert.Equal(1, result.Exit);
        Assert.StartsWith(sentence, result.Error.Replace($"note: {Boards.Single(board => board.Id == "esp32").Note}\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
    }

    [UnsupportedOSPlatform("windows")]
    private static string[] Failed(string script, FakeNanoff fake, string at, string sentence)
    {
        File.Delete(fake.Environment["FAKE_LOG"]);
        fake.Environment["FAKE_FAILS"] = at;
        ScriptResult result = Flash(script, fake);
        Assert.Equal(1, result.Exit);
        Assert.StartsWith(sentence, result.Error, StringComparison.Ordinal);
        return fake.Calls;
    }

    private sealed record BoardFile(Board[] Boards);

    private sealed record Board(string Id, string Target, string Chip, string Series, string Address, string Space, string No, string Note);
}
