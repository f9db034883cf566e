using System.CommandLine;
using System.Globalization;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Models;

/// <summary>The verb <c>models</c>: pull, list, verify and bench language models, speech models and voices.</summary>
public static class ModelsCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="folder">Folder of pulled language models; null for this user's.</param>
    /// <param name="speechFolder">Folder of pulled speech models and voices; null for this user's.</param>
    public static Command Make(string? folder = null, string? speechFolder = null)
    {
        folder ??= LanguageModels.CacheFolder;
        speechFolder ??= SpeechModels.CacheFolder;
        Argument<string> source = new("model") { Description = $"OWNER/NAME[:VARIANT] at the Hugging Face hub or the address of a folder; for speech {SpeechModels.Syntax}." };
        Command pull = new("pull", "Downloads a model; goes on where an earlier try ended.") { source };
        pull.SetAction(async (parsed, cancellation) =>
        {
            using HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
            TextWriter output = parsed.InvocationConfiguration.Output;
            string name = parsed.GetRequiredValue(source);
            if (SpeechModels.IsName(name))
            {
                await new SpeechModelStore(speechFolder, http, output.WriteLine).PullAsync(name, cancellation).ConfigureAwait(false);
                output.WriteLine($"Pulled. {SpeechUse(Path.Combine(speechFolder, LanguageModels.NameOf(name)), name)}");
                return 0;
            }

            string target = await new LanguageModelStore(folder, http, output.WriteLine).PullAsync(name, cancellation).ConfigureAwait(false);
            output.WriteLine($"Pulled. Use it with --brain onnx:{target}");
            return 0;
        });

        Command list = new("list", "Shows the pulled models.");
        list.SetAction(parsed => List(folder, speechFolder, parsed.InvocationConfiguration.Output));

        Argument<string> model = new("model") { Description = "Folder, or name of a pulled model." };
        Command verify = new("verify", "Compares a model with what was pulled.") { model };
        verify.SetAction(async (parsed, cancellation) =>
        {
            using HttpClient http = new();
            string name = parsed.GetRequiredValue(model);
            parsed.InvocationConfiguration.Output.WriteLine(IsSpeech(name, speechFolder)
                ? await new SpeechModelStore(speechFolder, http, _ => { }).VerifyAsync(name, cancellation).ConfigureAwait(false)
                : await new LanguageModelStore(folder, http, _ => { }).VerifyAsync(name, cancellation).ConfigureAwait(false));
            return 0;
        });

        Option<int> threads = new("--threads") { Description = "Threads; 0 takes one less than there are cores.", HelpName = "NUMBER" };
        Command bench = new("bench", "Measures how fast a model works on this machine.") { model, threads };
        bench.SetAction(async (parsed, cancellation) =>
        {
            using HttpClient http = new();
            string name = parsed.GetRequiredValue(model);
            string speed = IsSpeech(name, speechFolder)
                ? await Speech.SpeechSpeed.MeasureAsync(SpeechModels.FolderOf(name, speechFolder), parsed.GetValue(threads), cancellation).ConfigureAwait(false)
                : Measure(new LanguageModelStore(folder, http, _ => { }).Find(name), parsed.GetValue(threads)).ToString();
            parsed.InvocationConfiguration.Output.WriteLine(speed);
            return 0;
        });
        return new Command("models", "Pulls, lists, verifies and measures language models, speech models and voices.") { pull, list, verify, bench };
    }

    /// <summary>Measures one model.</summary>
    public static DecoderSpeed Measure(string folder, int threads)
    {
        using DecoderModel model = DecoderModel.Load(ModelFolder.Open(folder), maxTokens: 512, threads);
        return DecoderSpeed.Measure(model, promptTokens: 64, answerTokens: 48);
    }

    private static int List(string folder, string speechFolder, TextWriter output)
    {
        using HttpClient http = new();
        IReadOnlyList<string> all = new LanguageModelStore(folder, http, _ => { }).All, speech = new SpeechModelStore(speechFolder, http, _ => { }).All;
        if (all.Count + speech.Count == 0)
        {
            output.WriteLine($"No model was pulled yet ({folder}, {speechFolder}).");
        }

        foreach ((string path, string use) in all.Select(p => (p, $"--brain onnx:{p}")).Concat(speech.Select(p => (p, SpeechUse(p, p)))))
        {
            long bytes = new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6,8:0} MB  {use}"));
        }

        return 0;
    }

    private static bool IsSpeech(string name, string speechFolder) =>
        SpeechModels.IsName(name) || (SpeechModels.FolderOf(name, speechFolder) is var path && Directory.Exists(path) && !File.Exists(Path.Combine(path, "tokenizer.json")) && Directory.GetFiles(path, "*.onnx").Length > 0)
        || Speech.MoonshineLayout.GraphsIn(SpeechModels.FolderOf(name, speechFolder)) is not null;

    private static string SpeechUse(string folder, string name)
    {
        string option = Speech.PiperTextToSpeech.GraphIn(folder) is not null && Speech.SenseVoiceSpeechToText.GraphIn(folder) is null ? "--voice" : "--speech";
        return name.StartsWith("speech-", StringComparison.Ordinal) || name.StartsWith("voice-", StringComparison.Ordinal)
            ? $"Use it with --language {name[(name.IndexOf('-') + 1)..]}, or in another with {option} {name}"
            : $"{option} {name}";
    }
}
