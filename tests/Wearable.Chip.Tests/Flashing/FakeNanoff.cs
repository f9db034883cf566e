using System.Runtime.Versioning;

namespace Wearable.Chip.Tests.Flashing;

/// <summary>A nanoff that only writes down how it was called, in a folder of its own with a port, an image and a device's files beside it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class FakeNanoff : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wearable-flash-").FullName;

    public FakeNanoff()
    {
        Write("nanoff", """
            #!/usr/bin/env bash
            if [ "$1" = --version ]; then echo "nanoff $FAKE_VERSION+3a1b" >&2; exit 0; fi
            echo "$PWD| $*" >>"$FAKE_LOG"
            if [ "$1" = --platform ]; then
              if [ "$FAKE_CHIP" = none ]; then echo "Error E4000: Error executing ESP32 serial command."; exit 160; fi
              [ -z "$FAKE_CHIP" ] || printf '\nConnected to:\n%s (%s (QFN56) (revision v0.2))\nFeatures Wi-Fi\n' "$FAKE_CHIP" "$FAKE_CHIP"
            fi
            case "$*" in *"$FAKE_FAILS"*) echo "nanoff: something went wrong"; exit 7 ;; esac
            case "$*" in *--filedeployment*) echo "$FAKE_FILES" ;; esac
            """);
        File.SetUnixFileMode(Path.Combine(_folder, "nanoff"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write("port", "");
        Write("app.bin", "NFMRK1 and more");
        Directory.CreateDirectory(Device);
        foreach (string name in new[] { "files.json", "network.json", "wearable.json" })
        {
            Write(Path.Combine("bear 1", name), "{}");
        }

        Environment = new()
        {
            ["NANOFF"] = Path.Combine(_folder, "nanoff"),
            ["FAKE_VERSION"] = "2.5.162",
            ["FAKE_CHIP"] = "ESP32-S3",
            ["FAKE_FAILS"] = "nothing at all",
            ["FAKE_FILES"] = "Deploying file wearable.json to I:\\wearable.json...OK",
            ["FAKE_LOG"] = Path.Combine(_folder, "log"),
        };
    }

    public Dictionary<string, string> Environment { get; }

    public string Port => Path.Combine(_folder, "port");

    public string Image => Path.Combine(_folder, "app.bin");

    /// <summary>A folder with a space in its name.</summary>
    public string Device => Path.Combine(_folder, "bear 1");

    /// <summary>Each call as folder, bar, arguments.</summary>
    public string[] Calls => File.Exists(Environment["FAKE_LOG"]) ? File.ReadAllLines(Environment["FAKE_LOG"]) : [];

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text.ReplaceLineEndings("\n"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
