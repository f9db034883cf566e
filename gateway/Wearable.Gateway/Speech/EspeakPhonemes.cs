using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Speech;

/// <summary>
/// Phonemes of text in IPA, by the program espeak-ng where the owner installed it: it is GPL-3 and therefore no part of this product, only asked. One
/// process for each clause, about 10 ms.
/// </summary>
public sealed partial class EspeakPhonemes
{
    private const string Program = "espeak-ng", Foreign = "(en)";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // espeak-ng 1.51 makes English of Chinese with its voice "cmn", and reads it well with this one; later ones read it with both.
    private static readonly Dictionary<string, string> Better = new() { ["cmn"] = "cmn-latn-pinyin", ["zh"] = "cmn-latn-pinyin" };

    private readonly string _path;
    private readonly string _voice;

    private EspeakPhonemes(string path, string voice) => (_path, _voice) = (path, voice);

    /// <summary>Finds the program and asks it for a word in this voice.</summary>
    /// <param name="voice">As a Piper voice names it, such as <c>de</c> or <c>cmn</c>.</param>
    /// <param name="sample">A word of the language.</param>
    /// <param name="searchPath">Where to look; null for the PATH.</param>
    /// <exception cref="ModelException">Not installed, or without this voice.</exception>
    public static EspeakPhonemes Find(string voice, string sample, string? searchPath = null)
    {
        string name = OperatingSystem.IsWindows() ? Program + ".exe" : Program;
        string? path = (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder.Trim('"'), name)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            throw new ModelException($"this voice needs the program {Program} for the sounds of its language, and it was not found on the PATH; install it (apt install {Program}, brew install {Program}) or take a voice with phoneme_type text.");
        }

        foreach (string one in Better.TryGetValue(voice, out string? better) ? [better, voice] : new[] { voice })
        {
            if (Ask(path, one, sample, out _) is { Length: > 0 } heard && !heard.Contains(Foreign))
            {
                return new EspeakPhonemes(path, one);
            }
        }

        Ask(path, voice, sample, out string complaint);
        throw new ModelException($"{Program} at {path} does not read \"{sample}\" with its voice \"{voice}\"{(complaint.Length > 0 ? $" ({complaint})" : "")}; install its newest version.");
    }

    /// <summary>The phonemes of one sentence, clauses closed by their signs.</summary>
    /// <exception cref="InvalidOperationException">The program failed; the message says how.</exception>
    public string Of(string sentence)
    {
        StringBuilder phonemes = new();
        foreach ((string words, char sign) in VoiceText.Clauses(sentence))
        {
            string clause = Ask(_path, _voice, words, out string complaint);
            if (clause.Length == 0)
            {
                throw new InvalidOperationException($"{Program}: phonemes expected, got none{(complaint.Length > 0 ? $" ({complaint})" : "")}");
            }

            phonemes.Append(phonemes.Length > 0 ? " " : "").Append(LanguageMark().Replace(clause, "")).Append(sign == ' ' ? "" : sign);
        }

        return phonemes.ToString();
    }

    private static string Ask(string path, string voice, string words, out string complaint)
    {
        ProcessStartInfo start = new(path, ["-q", "-b", "1", "--ipa", "-v", voice, "--stdin"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        try
        {
            using Process process = Process.Start(start) ?? throw new Win32Exception("no process was started");
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(words);
            process.StandardInput.Close();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                complaint = $"no answer within {Patience.TotalSeconds:0} s";
                return "";
            }

            complaint = errors.Result.Split('\n')[0].Trim();
            return string.Join(' ', output.Result.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            complaint = e.Message;
            return "";
        }
    }

    // "(en)" and "(cmn)" tell that a word was read in another language.
    [GeneratedRegex(@"\([a-z-]+\)")]
    private static partial Regex LanguageMark();
}
