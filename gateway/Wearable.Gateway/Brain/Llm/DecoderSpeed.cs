using System.Diagnostics;
using System.Globalization;

namespace Wearable.Gateway.Brain.Llm;

/// <summary>How fast a decoder is on this machine. CPU time counts all threads and is what other work on the machine leaves unchanged.</summary>
/// <param name="PrefillCpuMs">CPU time to read the prompt.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CpuMsPerToken">CPU time for one more token.</param>
/// <param name="BestTokensPerSecond">The best of the rates of single tokens: the machine undisturbed.</param>
/// <param name="ResidentBytes">Memory of the process.</param>
public sealed record DecoderSpeed(double PrefillCpuMs, int PromptTokens, double CpuMsPerToken, double BestTokensPerSecond, long ResidentBytes)
{
    // Until the runtime has its buffers and .NET its compiled code, a token costs up to four times as much.
    private const int WarmTokens = 64;

    /// <summary>Reads a prompt of fixed tokens, then makes tokens one by one; and does so before, uncounted.</summary>
    public static DecoderSpeed Measure(DecoderModel model, int promptTokens, int answerTokens)
    {
        int[] prompt = [.. Enumerable.Range(0, promptTokens).Select(i => i * 7919 % model.VocabularySize)];
        model.Read(prompt, CancellationToken.None);
        for (int i = 0; i < WarmTokens; i++)
        {
            model.Read([prompt[i % promptTokens]], CancellationToken.None);
        }

        model.Truncate(0);
        double began = CpuMs();
        model.Read(prompt, CancellationToken.None);
        double prefilled = CpuMs();
        double best = double.MaxValue;
        for (int i = 0; i < answerTokens; i++)
        {
            long start = Stopwatch.GetTimestamp();
            model.Read([prompt[i % promptTokens]], CancellationToken.None);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        double done = CpuMs();
        model.Truncate(0);
        using Process process = Process.GetCurrentProcess();
        return new DecoderSpeed(prefilled - began, promptTokens, (done - prefilled) / answerTokens, 1000 / best, process.WorkingSet64);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{CpuMsPerToken:0.0} CPU ms a token, best {BestTokensPerSecond:0.0} tokens/s; prompt of {PromptTokens} tokens {PrefillCpuMs:0} CPU ms; {ResidentBytes / 1e6:0} MB of memory");

    private static double CpuMs()
    {
        using Process process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalMilliseconds;
    }
}
