using System.CommandLine;
using System.Globalization;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Models;

/// <summary>The verb <c>models</c>: pull, list, verify and bench language models.</summary>
public static class ModelsCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="folder">Folder of pulled models; null for this user's.</param>
    public static Command Make(string? folder = null)
    {
        folder ??= LanguageModels.CacheFolder;
        Argument<string> source = new("model") { Description = "OWNER/NAME[:VARIANT] at the Hugging Face hub, or the address of a folder." };
        Command pull = new("pull", "Downloads a language model; goes on where an earlier try ended.") { source };
        pull.SetAction(async (parsed, cancellation) =>
        {
            using HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
            TextWriter output = parsed.InvocationConfiguration.Output;
            string target = await new LanguageModelStore(folder, http, output.WriteLine).PullAsync(parsed.GetRequiredValue(source), cancellation).ConfigureAwait(false);
            output.WriteLine($"Pulled. Use it with --brain onnx:{target}");
            return 0;
        });

        Command list = new("list", "Shows the pulled language models.");
        list.SetAction(parsed => List(folder, parsed.InvocationConfiguration.Output));

        Argument<string> model = new("model") { Description = "Folder, or name of a pulled model." };
        Command verify = new("verify", "Compares a model with what was pulled.") { model };
        verify.SetAction(async (parsed, cancellation) =>
        {
            using HttpClient http = new();
            parsed.InvocationConfiguration.Output.WriteLine(await new LanguageModelStore(folder, http, _ => { }).VerifyAsync(parsed.GetRequiredValue(model), cancellation).ConfigureAwait(false));
            return 0;
        });

        Option<int> threads = new("--threads") { Description = "Threads; 0 takes one less than there are cores.", HelpName = "NUMBER" };
        Command bench = new("bench", "Measures how fast a model reads and answers on this machine.") { model, threads };
        bench.SetAction(parsed =>
        {
            using HttpClient http = new();
            string path = new LanguageModelStore(folder, http, _ => { }).Find(parsed.GetRequiredValue(model));
            parsed.InvocationConfiguration.Output.WriteLine(Measure(path, parsed.GetValue(threads)).ToString());
            return 0;
        });
        return new Command("models", "Pulls, lists, verifies and measures language models.") { pull, list, verify, bench };
    }

    /// <summary>Measures one model.</summary>
    public static DecoderSpeed Measure(string folder, int threads)
    {
        using DecoderModel model = DecoderModel.Load(ModelFolder.Open(folder), maxTokens: 512, threads);
        return DecoderSpeed.Measure(model, promptTokens: 64, answerTokens: 48);
    }

    private static int List(string folder, TextWriter output)
    {
        using HttpClient http = new();
        IReadOnlyList<string> all = new LanguageModelStore(folder, http, _ => { }).All;
        if (all.Count == 0)
        {
            output.WriteLine($"No language model was pulled yet ({folder}).");
        }

        foreach (string path in all)
        {
            long bytes = new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6,8:0} MB  --brain onnx:{path}"));
        }

        return 0;
    }
}
