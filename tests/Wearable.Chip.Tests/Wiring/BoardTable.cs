using System.Text;
using System.Text.Json;

namespace Wearable.Chip.Tests.Wiring;

/// <summary>The table of hardware/README.md that says how each board is flashed, from hardware/boards.json.</summary>
internal static class BoardTable
{
    public static string Make()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "hardware", "boards.json")));
        StringBuilder text = new("| `--board` | nanoFramework target | chip | firmware goes to | most bytes | |\n|---|---|---|---|---|---|\n");
        foreach (JsonElement board in file.RootElement.GetProperty("boards").EnumerateArray())
        {
            string Field(string name) => board.GetProperty(name).GetString()!;
            string remark = Field("no").Length > 0 ? "refused: " + Field("no") : Field("note");
            string id = Field("no").Length > 0 ? Field("id") : $"`{Field("id")}`";
            text.Append($"| {id} | `{Field("target")}` | {Field("chip")} | `{Field("address")}` | {int.Parse(Field("space"), System.Globalization.CultureInfo.InvariantCulture):N0} | {remark} |\n");
        }

        return text.ToString();
    }
}
