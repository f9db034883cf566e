using Wearable.Contract;

namespace Wearable.Gateway.Replay;

/// <summary>What was published of one turn.</summary>
/// <param name="Id">The turn.</param>
/// <param name="Phases">Its phases, in order.</param>
/// <param name="Last">The last one's message: verdict, reason and, where the owner allows them, words.</param>
public sealed record ReplayedTurn(string Id, IReadOnlyList<string> Phases, TurnMessage Last)
{
    /// <summary>What can be compared: phases, verdict, reason and words; no times, a replay takes none.</summary>
    public string Essence => $"{string.Join(' ', Phases)}; safety {Or(Last.Safety)}; why {Or(Last.Why)}; heard {Or(Last.Heard)}; answer {Or(Last.Answer)}";

    /// <summary>The turns of published phases, in the order they began.</summary>
    public static IReadOnlyList<ReplayedTurn> Of(IEnumerable<(string Phase, TurnMessage Turn)> published) =>
        [.. published.GroupBy(one => one.Turn.TurnId).Select(turn => new ReplayedTurn(turn.Key, [.. turn.Select(one => one.Phase)], turn.Last().Turn))];

    /// <summary>The turns of a recording whose beginning it holds.</summary>
    public static IReadOnlyList<ReplayedTurn> Of(DayFile day) =>
        [.. Of(day.Messages.Where(message => message.Name.Kind == TopicKind.Turn).Select(message => (message.Name.Detail, Read(message)))).Where(turn => turn.Phases[0] == TurnPhases.Wake)];

    private static TurnMessage Read(RecordedMessage message)
    {
        WireReader reader = new();
        reader.Load("turn/" + message.Name.Detail, message.Payload, message.Payload.Length);
        TurnMessage turn = new();
        turn.Read(reader);
        return turn;
    }

    private static string Or(string text) => text.Length == 0 ? "-" : text;
}
