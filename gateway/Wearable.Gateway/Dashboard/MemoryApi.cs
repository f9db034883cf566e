using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Safety;

namespace Wearable.Gateway.Dashboard;

/// <summary>
/// What a wearable was asked to remember, for its owner to see, correct and delete. Facts are numbered from 1 as they are shown. New ones are
/// refused where remembering is off, as it is for children; seeing and deleting is always possible.
/// </summary>
public static class MemoryApi
{
    /// <summary>A fact to keep.</summary>
    public sealed record Fact(string? Text);

    /// <summary>Adds the paths.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/api/memory/{device}", Show);
        app.MapPost("/api/memory/{device}", Add);
        app.MapPut("/api/memory/{device}/{number:int}", Replace);
        app.MapDelete("/api/memory/{device}/{number:int}", Forget);
        app.MapDelete("/api/memory/{device}", ForgetAll);
    }

    /// <summary>The facts, oldest first, and whether further ones may be kept.</summary>
    /// <param name="Remembers">False: switched off for this wearable.</param>
    /// <param name="Facts">Up to <see cref="FactMemory.MaxFacts"/>.</param>
    /// <param name="Kinds">Of each: fact, or summary where a model wrote it when a conversation was over.</param>
    public sealed record Memory(bool Remembers, IReadOnlyList<string> Facts, IReadOnlyList<string> Kinds);

    private static Results<Ok<Memory>, BadRequest<DashboardApi.Problem>> Show(FactMemory memory, SafetySettings safety, string device) =>
        Ids.IsValid(device) ? TypedResults.Ok(Seen(safety.Of(device).Remembers, memory.EntriesOf(device))) : WrongDevice();

    private static Memory Seen(bool remembers, IReadOnlyList<MemoryEntry> entries) => new(remembers, [.. entries.Select(e => e.Text)], [.. entries.Select(e => e.Kind)]);

    private static Results<NoContent, BadRequest<DashboardApi.Problem>> Add(FactMemory memory, SafetySettings safety, string device, Fact fact)
    {
        if (!Ids.IsValid(device))
        {
            return WrongDevice();
        }

        if (!safety.Of(device).Remembers)
        {
            return Wrong($"memory: switched off for {device}; the safety settings can switch it on");
        }

        if (Why(fact) is string why)
        {
            return Wrong(why);
        }

        if (memory.Of(device).Count >= FactMemory.MaxFacts)
        {
            return Wrong($"memory: {FactMemory.MaxFacts} facts are the most; delete one first");
        }

        memory.Add(device, fact.Text!.Trim());
        return TypedResults.NoContent();
    }

    private static Results<NoContent, NotFound<DashboardApi.Problem>, BadRequest<DashboardApi.Problem>> Replace(FactMemory memory, string device, int number, Fact fact)
    {
        if (!Ids.IsValid(device))
        {
            return WrongDevice();
        }

        if (Why(fact) is string why)
        {
            return Wrong(why);
        }

        return memory.Replace(device, number - 1, fact.Text!.Trim()) ? TypedResults.NoContent() : None(memory, device, number);
    }

    private static Results<NoContent, NotFound<DashboardApi.Problem>, BadRequest<DashboardApi.Problem>> Forget(FactMemory memory, string device, int number)
    {
        if (!Ids.IsValid(device))
        {
            return WrongDevice();
        }

        return memory.Forget(device, number - 1) ? TypedResults.NoContent() : None(memory, device, number);
    }

    private static Results<Ok<Forgotten>, BadRequest<DashboardApi.Problem>> ForgetAll(FactMemory memory, string device) =>
        Ids.IsValid(device) ? TypedResults.Ok(new Forgotten(memory.Forget(device))) : WrongDevice();

    /// <summary>How many facts went.</summary>
    public sealed record Forgotten(int Count);

    private static string? Why(Fact fact) =>
        string.IsNullOrWhiteSpace(fact.Text) || fact.Text.Trim().Length > FactMemory.MaxFactChars || fact.Text.Any(char.IsControl)
            ? $"text: 1 to {FactMemory.MaxFactChars} characters on one line expected"
            : null;

    private static NotFound<DashboardApi.Problem> None(FactMemory memory, string device, int number) =>
        TypedResults.NotFound(new DashboardApi.Problem($"number: {device} has {memory.Of(device).Count} facts, there is no number {number}"));

    private static BadRequest<DashboardApi.Problem> WrongDevice() => Wrong("device: an id of a-z, 0-9 and - expected");

    private static BadRequest<DashboardApi.Problem> Wrong(string sentence) => TypedResults.BadRequest(new DashboardApi.Problem(sentence));
}
