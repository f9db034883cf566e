using System.Text.Json;

namespace Wearable.Gateway.Tests.Safety;

/// <summary>One line of the public list, or one turn of a dialog.</summary>
/// <param name="Id">Line, or dialog and turn.</param>
/// <param name="Talk">Lines with the same talk are one conversation.</param>
/// <param name="Lang">en or zh.</param>
/// <param name="Band">Name of the age band.</param>
/// <param name="IsAnswer">True: a sentence a model made.</param>
/// <param name="Expect">allow, or the topic that must be refused.</param>
/// <param name="Text">The words.</param>
internal sealed record SafetyLine(string Id, string Talk, string Lang, string Band, bool IsAnswer, string Expect, string Text)
{
    public bool MustAllow => Expect == "allow";
}

/// <summary>Reads one half of <c>gateway/safety</c>.</summary>
internal static class SafetyList
{
    public static IReadOnlyList<SafetyLine> Read(string half)
    {
        List<SafetyLine> lines = [];
        foreach (JsonElement line in Lines($"list-{half}.jsonl"))
        {
            string id = Text(line, "id");
            lines.Add(new SafetyLine(id, id, Text(line, "lang"), Text(line, "band"), Text(line, "where") == "answer", Text(line, "expect"), Text(line, "text")));
        }

        foreach (JsonElement dialog in Lines($"dialogs-{half}.jsonl"))
        {
            string id = Text(dialog, "id");
            int turn = 0;
            foreach (JsonElement line in dialog.GetProperty("turns").EnumerateArray())
            {
                lines.Add(new SafetyLine($"{id}/{++turn}", id, Text(dialog, "lang"), Text(dialog, "band"), false, Text(line, "expect"), Text(line, "text")));
            }
        }

        return lines;
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static IEnumerable<JsonElement> Lines(string file) =>
        // The fresh and the indirect list have no dialogs.
        !File.Exists(Path.Combine(Folder(), file)) && file is "dialogs-fresh.jsonl" or "dialogs-indirect.jsonl" ? [] : File.ReadLines(Path.Combine(Folder(), file)).Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement);

    private static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string list = Path.Combine(folder.FullName, "gateway", "safety");
            if (Directory.Exists(list))
            {
                return list;
            }
        }

        throw new DirectoryNotFoundException($"gateway/safety is not above {AppContext.BaseDirectory}");
    }
}
