using System.Text;
using System.Text.Json;
using Wearable.Gateway.Privacy;

namespace Wearable.Gateway.Tests.Privacy;

public sealed class ByteScanTests
{
    [Theory]
    [InlineData(0)]
    [InlineData((1 << 20) - 5)] // across the end of a piece
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData(3 << 20)]
    public void A_text_is_found_once_wherever_it_stands(int at)
    {
        byte[] bytes = new byte[(3 << 20) + 100];
        "mia-bear"u8.CopyTo(bytes.AsSpan(at));
        ByteScan scan = new(["mia-bear", "something else"], []);
        KeyValuePair<string, long> found = Assert.Single(scan.Look(new MemoryStream(bytes), out long read));
        Assert.Equal(("mia-bear", 1, bytes.Length), (found.Key, found.Value, read));
    }

    [Theory]
    [InlineData(10)]
    [InlineData((1 << 20) - 6)] // the longer one begins in the piece before
    public void A_part_of_another_id_does_not_count(int at)
    {
        byte[] bytes = new byte[2 << 20];
        "tom-mia-bear"u8.CopyTo(bytes.AsSpan(at));
        Assert.Empty(new ByteScan(["mia-bear"], ["tom-mia-bear"]).Look(new MemoryStream(bytes), out _));
        Assert.Equal(1, new ByteScan(["mia-bear"], []).Look(new MemoryStream(bytes), out _)["mia-bear"]);
    }

    [Fact]
    public void Letters_beyond_ascii_are_found_as_utf8_and_as_json_writes_them()
    {
        byte[] bytes = [.. "x"u8, .. Encoding.UTF8.GetBytes("Zürich 小熊"), .. JsonSerializer.SerializeToUtf8Bytes("Zürich 小熊")];
        Assert.Equal(2, new ByteScan(["Zürich 小熊"], []).Look(new MemoryStream(bytes), out _)["Zürich 小熊"]);
    }

    [Theory]
    [InlineData("""{"devices":{"a":{"age":9},"b":{"age":8}}}""", """{"devices":{"b":{"age":8}}}""")]
    [InlineData("""{"devices":{"b":{"age":8}, "a":{"age":9} }}""", """{"devices":{"b":{"age":8} }}""")]
    [InlineData("""{"devices":{"a":{}}}""", """{"devices":{}}""")]
    [InlineData("""{"default":{"a":1},/* a */"devices":{"a":{"a":[1,{"b":2}]}, "b": {}},}""", """{"default":{"a":1},/* a */"devices":{ "b": {}},}""")]
    public void One_is_cut_out_of_settings_and_the_rest_stays_letter_by_letter(string json, string rest) =>
        Assert.Equal(rest, Encoding.UTF8.GetString(SettingsCut.Without(Encoding.UTF8.GetBytes(json), "a")!));

    [Theory]
    [InlineData("""{"devices":{"b":{"a":8}}}""")]
    [InlineData("""{"default":{"a":{}}}""")]
    [InlineData("{}")]
    public void Settings_that_do_not_name_it_are_not_touched(string json) => Assert.Null(SettingsCut.Without(Encoding.UTF8.GetBytes(json), "a"));
}
