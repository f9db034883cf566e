using System.CommandLine;
using System.Text.Json;
using Wearable.Gateway.Brain;

namespace Wearable.Gateway.Tool;

/// <summary>The verbs <c>say</c> and <c>ask</c>: through the running gateway, its brain and its safety rules.</summary>
public static class VoiceCommand
{
    /// <summary>Makes <c>say</c>.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command MakeSay(Func<ParseResult, GatewayOptions> optionsOf)
    {
        Argument<string> which = new("id") { Description = "The wearable." };
        Argument<string> text = new("text") { Description = $"What it says, at most {HouseVoice.MaxTextChars} characters." };
        which.CompletionSources.Add(context => KnownDevices.Of(context, optionsOf));
        Command say = new("say", "Says a text aloud through a wearable when nobody is talking with it. The safety rules may refuse it.") { which, text };
        Reach reach = new(optionsOf);
        reach.AddTo(say);
        say.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, async () =>
        {
            using GatewayClient api = reach.Api(parsed);
            JsonElement said = await api.PostAsync("api/say", new { device = parsed.GetRequiredValue(which), text = parsed.GetRequiredValue(text) }, cancellation).ConfigureAwait(false);
            parsed.InvocationConfiguration.Output.WriteLine(said.GetProperty("text").GetString());
            return ToolExit.Done;
        }));
        return say;
    }

    /// <summary>Makes <c>ask</c>.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command MakeAsk(Func<ParseResult, GatewayOptions> optionsOf)
    {
        Argument<string> question = new("question") { Description = $"At most {HouseVoice.MaxTextChars} characters." };
        Option<string?> device = new("--device") { Description = "On whose behalf; it also speaks the answer. Without it the answer is only printed.", HelpName = "ID" };
        device.CompletionSources.Add(context => KnownDevices.Of(context, optionsOf));
        Option<bool> json = new("--json") { Description = "The answer as JSON." };
        Command ask = new("ask", "Asks the house a question, typed: safety rules, brain, safety rules.") { question, device, json };
        Reach reach = new(optionsOf);
        reach.AddTo(ask);
        ask.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, async () =>
        {
            using GatewayClient api = reach.Api(parsed);
            JsonElement answer = await api.PostAsync("api/ask", new { device = parsed.GetValue(device), question = parsed.GetRequiredValue(question) }, cancellation).ConfigureAwait(false);
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? answer.GetRawText() : answer.GetProperty("text").GetString());
            bool silent = answer.GetProperty("spoken").ValueKind == JsonValueKind.False;
            return silent ? throw new ToolException(ToolExit.Refused, $"Not spoken: {parsed.GetValue(device)} is away or busy.") : ToolExit.Done;
        }));
        return ask;
    }
}
