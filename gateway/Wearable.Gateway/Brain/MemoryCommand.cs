using System.CommandLine;
using Wearable.Contract;

namespace Wearable.Gateway.Brain;

/// <summary>The verb <c>memory</c>: shows and deletes what a wearable was asked to remember. Works while the gateway runs, which reads the file each time.</summary>
public sealed class MemoryCommand
{
    private readonly Func<ParseResult, GatewayOptions> _optionsOf;
    private readonly Argument<string> _which = new("id") { Description = "The wearable's id." };
    private readonly Argument<int?> _number = new("number")
    {
        Description = "Number of the fact that \"memory show\" tells; everything when not given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private MemoryCommand(Func<ParseResult, GatewayOptions> optionsOf) => _optionsOf = optionsOf;

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf) => new MemoryCommand(optionsOf).Make();

    private Command Make()
    {
        _which.CompletionSources.Add(context => Tool.KnownDevices.Of(context, _optionsOf));
        Command show = new("show", "Shows what a wearable was asked to remember.") { _which };
        show.SetAction(parsed => Run(parsed, Show));
        Command forget = new("forget", "Deletes one fact, or everything.") { _which, _number };
        forget.SetAction(parsed => Run(parsed, Forget));
        return new Command("memory", "Shows and deletes what wearables were asked to remember.") { show, forget };
    }

    private int Run(ParseResult parsed, Func<ParseResult, FactMemory, string, string?> action)
    {
        string id = parsed.GetRequiredValue(_which);
        // The id names a file.
        string? problem = Ids.IsValid(id) ? action(parsed, new FactMemory(_optionsOf(parsed)), id) : $"id: 1 to 32 of a-z, 0-9 and - expected, got \"{id}\"";
        if (problem is not null)
        {
            parsed.InvocationConfiguration.Error.WriteLine(problem);
        }

        return problem is null ? 0 : 1;
    }

    private static string? Show(ParseResult parsed, FactMemory memory, string id)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<MemoryEntry> facts = memory.EntriesOf(id);
        for (int i = 0; i < facts.Count; i++)
        {
            output.WriteLine($"{i + 1}  {facts[i].Text}{(facts[i].Kind == MemoryEntry.Summary ? "  (summary of a conversation)" : "")}");
        }

        if (facts.Count == 0)
        {
            output.WriteLine($"{id} remembers nothing.");
        }

        return null;
    }

    private string? Forget(ParseResult parsed, FactMemory memory, string id)
    {
        if (parsed.GetValue(_number) is not { } number)
        {
            parsed.InvocationConfiguration.Output.WriteLine($"Forgotten: {memory.Forget(id)}.");
            return null;
        }

        if (!memory.Forget(id, number - 1))
        {
            return $"number: 1 to {memory.Of(id).Count} expected, got {number}";
        }

        parsed.InvocationConfiguration.Output.WriteLine("Forgotten: 1.");
        return null;
    }
}
