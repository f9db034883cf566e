using System.CommandLine;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Brain;

/// <summary><c>memory show</c> and <c>memory forget</c> as the owner calls them, in this process.</summary>
public sealed class MemoryCommandTests : IDisposable
{
    private readonly string _folder = TestGateway.NewFolder();
    private readonly FactMemory _memory;

    public MemoryCommandTests()
    {
        _memory = new FactMemory(new GatewayOptions { DataFolder = _folder });
        _memory.Add("bear", "my name is Mia");
        _memory.Add("bear", "the cat is called Tom");
        _memory.Add("glasses", "I live in Rome");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Facts_are_shown_with_their_numbers()
    {
        Assert.Equal((0, $"1  my name is Mia{Environment.NewLine}2  the cat is called Tom", ""), Call("show", "bear"));
        Assert.Equal((0, "robot remembers nothing.", ""), Call("show", "robot"));
    }

    [Fact]
    public void One_fact_is_forgotten_by_its_number()
    {
        Assert.Equal(0, Call("forget", "bear", "1").Exit);
        Assert.Equal(["the cat is called Tom"], _memory.Of("bear"));
        Assert.Equal(0, Call("forget", "bear", "1").Exit);
        Assert.False(File.Exists(Path.Combine(_folder, "memory", "bear.json")));
    }

    [Fact]
    public void Everything_of_one_wearable_is_forgotten_and_nothing_of_another()
    {
        Assert.Equal((0, "Forgotten: 2.", ""), Call("forget", "bear"));
        Assert.Empty(_memory.Of("bear"));
        Assert.Equal(["I live in Rome"], _memory.Of("glasses"));
    }

    [Fact]
    public void Forgetting_where_nobody_ever_remembered_is_no_error()
    {
        Directory.Delete(Path.Combine(_folder, "memory"), recursive: true);
        Assert.Equal(0, _memory.Forget("bear"));
        Assert.False(Directory.Exists(Path.Combine(_folder, "memory")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    public void Number_of_no_fact_is_refused_and_nothing_is_lost(string number)
    {
        Assert.Equal((1, "", $"number: 1 to 2 expected, got {number}"), Call("forget", "bear", number));
        Assert.Equal(2, _memory.Of("bear").Count);
    }

    [Fact]
    public void Id_that_would_leave_the_folder_is_refused() =>
        Assert.Equal((1, "", "id: 1 to 32 of a-z, 0-9 and - expected, got \"../bear\""), Call("forget", "../bear"));

    private (int Exit, string Said, string Error) Call(params string[] args)
    {
        GatewayCommand gateway = new((_, _) => throw new InvalidOperationException("the gateway itself is not called"));
        gateway.Root.Subcommands.Add(MemoryCommand.Make(gateway.OptionsOf));
        using StringWriter output = new(), error = new();
        int exit = gateway.Root.Parse(["memory", .. args, "--data", _folder]).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (exit, output.ToString().Trim(), error.ToString().Trim());
    }
}
