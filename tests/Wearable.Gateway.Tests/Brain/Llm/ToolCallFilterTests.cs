using System.Text.Json;
using Microsoft.Extensions.AI;
using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

public sealed class ToolCallFilterTests
{
    private const string Stream = "Let me see <now>.\n<tool_call>\n{\"name\": \"heart_rate\", \"arguments\": {\"minutes\": 5}}\n</tool_call> done";

    [Fact]
    public void Calls_are_found_however_the_stream_is_cut()
    {
        for (int size = 1; size <= Stream.Length; size++)
        {
            ToolCallFilter filter = new();
            List<AIContent> contents = [.. Stream.Chunk(size).SelectMany(piece => filter.Push(new string(piece)))];
            FunctionCallContent call = Assert.Single(contents.OfType<FunctionCallContent>());
            Assert.Equal("heart_rate", call.Name);
            Assert.Equal(5, ((JsonElement)call.Arguments!["minutes"]!).GetInt32());
            Assert.Equal("Let me see <now>.\n done", string.Concat(contents.OfType<TextContent>().Select(t => t.Text)) + filter.End());
            Assert.Equal(1, filter.Calls);
        }
    }

    [Fact]
    public void Call_that_never_ends_is_only_text()
    {
        ToolCallFilter filter = new();
        Assert.Empty(filter.Push("<tool_call>{\"name\""));
        Assert.Equal("<tool_call>{\"name\"", filter.End());
        Assert.Equal(0, filter.Calls);
    }

    [Theory]
    [InlineData("<tool_call>not json</tool_call>")]
    [InlineData("<tool_call>{\"arguments\":{}}</tool_call>")]
    [InlineData("<tool_call>[]</tool_call>")]
    public void Call_that_is_none_is_a_failure_of_the_model(string text) => Assert.Throws<InvalidDataException>(() => new ToolCallFilter().Push(text));

    [Fact]
    public void Tools_stand_in_the_prefix_as_the_family_learned_them()
    {
        AIFunction tool = AIFunctionFactory.Create((int minutes) => 60, "heart_rate", "The pulse.");
        Prompt prompt = ChatTemplate.For(TestTokenizers.Qwen, "").Write([new(ChatRole.System, "Be kind."), new(ChatRole.User, "Hi")], [tool], true);
        string prefix = TestTokenizers.Qwen.Decode(prompt.Tokens[..prompt.PrefixLength]);
        Assert.StartsWith("system\nBe kind.\n\n# Tools\n\nYou may call one or more functions to assist with the user query.", prefix);
        Assert.Contains("{\"type\": \"function\", \"function\": {\"name\": \"heart_rate\", \"description\": \"The pulse.\", \"parameters\": {", prefix);
    }
}
