using System.Diagnostics;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Tool;

/// <summary>The printed script in the shell itself, which asks the real program.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("wearable dev", "device devices")]
    [InlineData("wearable device re", "remove rename")]
    [InlineData("wearable completion p", "powershell")]
    [InlineData("wearable forget --data FOLDER mia", "mia-bear")]
    public async Task Bash_completes_verbs_and_ids(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is not here");
        string folder = TestGateway.NewFolder();
        new DeviceAccounts(new GatewayOptions { DataFolder = folder }, TimeProvider.System).Add("mia-bear", "Mia", "password", replace: false);
        line = line.Replace("FOLDER", folder, StringComparison.Ordinal);
        string words = string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));
        string script = $"""
            eval "$(wearable completion bash)"
            COMP_WORDS=({words}); COMP_CWORD=$(( {line.Split(' ').Length} - 1 )); COMP_LINE='{line}'; COMP_POINT={line.Length}
            _wearable
            echo "{"${COMPREPLY[*]}"}"
            """;
        ProcessStartInfo start = new("/bin/bash", ["-c", script]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = AppContext.BaseDirectory + ":" + Environment.GetEnvironmentVariable("PATH");
        using Process bash = Process.Start(start)!;
        string output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(expected, output.Trim());
    }

    [Fact]
    public void Each_shell_has_its_script_and_another_is_refused()
    {
        foreach (string shell in (string[])["bash", "zsh", "powershell"])
        {
            (int exit, string output, _) = ToolTests.Call(["completion", shell]);
            Assert.Equal(0, exit);
            Assert.Contains("[suggest:", output, StringComparison.Ordinal);
        }

        Assert.Equal((1, "", $"shell: one of bash, zsh, powershell expected, got \"fish\".{Environment.NewLine}"), ToolTests.Call(["completion", "fish"]));
    }
}
