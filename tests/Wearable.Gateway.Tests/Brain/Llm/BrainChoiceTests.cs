using Wearable.Gateway.Brain.Llm;

namespace Wearable.Gateway.Tests.Brain.Llm;

public sealed class BrainChoiceTests
{
    [Theory]
    [InlineData("skills", BrainKind.Skills, "")]
    [InlineData("onnx:/models/qwen", BrainKind.Onnx, "/models/qwen")]
    [InlineData("onnx:C:\\models\\qwen", BrainKind.Onnx, "C:\\models\\qwen")]
    [InlineData("ollama:http://localhost:11434", BrainKind.Ollama, "http://localhost:11434")]
    [InlineData("openai:https://example.org/v1", BrainKind.OpenAi, "https://example.org/v1")]
    public void Choice_is_read(string text, BrainKind kind, string place) => Assert.Equal(new BrainChoice(kind, place, "m"), BrainChoice.Parse(text, "m", out _)! with { Model = "m" });

    [Theory]
    [InlineData("")]
    [InlineData("gpt")]
    [InlineData("onnx:")]
    [InlineData("ollama:localhost")]
    [InlineData("openai:file:///etc/passwd")]
    [InlineData("skills:all")]
    public void Other_text_is_refused_with_what_was_wanted(string text)
    {
        Assert.Null(BrainChoice.Parse(text, "", out string problem));
        Assert.Equal($"--brain: {BrainChoice.Syntax} expected, got \"{text}\"", problem);
    }

    [Fact]
    public void Command_line_chooses_the_brain_and_skills_are_the_default()
    {
        GatewayCommand command = new((_, _) => Task.FromResult(0));
        Assert.Equal(BrainChoice.Skills, command.OptionsOf(command.Root.Parse([])).Brain);
        Assert.Equal(new BrainChoice(BrainKind.Ollama, "http://localhost:11434", "qwen3:4b"), command.OptionsOf(command.Root.Parse(["--brain", "ollama:http://localhost:11434", "--brain-model", "qwen3:4b"])).Brain);
        Assert.Single(command.Root.Parse(["--brain", "gpt"]).Errors);
    }
}
