using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MQTTnet;
using Wearable.Contract;
using Wearable.Gateway.Telemetry.Sqlite;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests;

/// <summary>The gateway as its owner starts it: another process, exit code and standard error.</summary>
public sealed class GatewayStartTests
{
    [Theory]
    [InlineData("--mqtt-port", "--http-port", "MQTT")]
    [InlineData("--http-port", "--mqtt-port", "HTTP")]
    public async Task A_taken_port_is_one_sentence_with_the_option_and_exit_code_1(string taken, string free, string what)
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        string folder = TestGateway.NewFolder();
        (int exit, string error) = await RunAsync(taken, port.ToString(), free, "0", "--data", folder);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(1, exit);
        Assert.Equal($"{what} port {port} on 127.0.0.1 is taken by another program; stop it or choose another port with {taken} NUMBER.", error.Trim());
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_one_sentence_and_exit_code_1()
    {
        string file = TestGateway.NewFolder();
        await File.WriteAllTextAsync(file, "");
        (int exit, string error) = await RunAsync("--mqtt-port", "0", "--http-port", "0", "--data", Path.Combine(file, "data"));
        File.Delete(file);
        Assert.Equal(1, exit);
        Assert.Single(error.Trim().Split('\n'));
        Assert.StartsWith("The data folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mqtt-port", "99999", "--mqtt-port: a number from 0 to 65535 expected, got \"99999\"")]
    [InlineData("--bind", "everywhere", "--bind: an IP address expected, got \"everywhere\"")]
    [InlineData("--keep-days", "0", "--keep-days: a number from 1 to 3650 expected, got \"0\"")]
    public async Task A_wrong_option_is_named(string option, string value, string sentence)
    {
        (int exit, string error) = await RunAsync(option, value);
        Assert.Equal(1, exit);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_open_connections_and_stores_what_waits()
    {
        string folder = TestGateway.NewFolder();
        await using (TestGateway gateway = await TestGateway.StartAsync(options => options with { DataFolder = folder }, keepFolder: true))
        {
            IMqttClient bear = await gateway.WearableAsync("bear");
            await using Stream page = await gateway.Http.GetStreamAsync("/api/live");
            for (int n = 1; n <= 100; n++)
            {
                await bear.TellAsync(new Topics("bear").Button, Say.Bytes(Say.Button(), n));
            }

            // Kestrel's own patience with open connections is 30 s; here nothing may wait for it.
            await gateway.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }

        SqliteStore database = SqliteStore.Open(new GatewayOptions { DataFolder = folder });
        Assert.Equal(["100"], await TestStore.RowsAsync(database, "SELECT COUNT(*) FROM events WHERE kind = 'evt/button'"));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Options_not_given_keep_their_defaults()
    {
        GatewayCommand command = new((_, _) => Task.FromResult(0));
        Assert.Equal(new GatewayOptions(), command.OptionsOf(command.Root.Parse([])));
        GatewayOptions given = command.OptionsOf(command.Root.Parse(["--http-port", "1", "--mqtt-port", "2", "--bind", "0.0.0.0", "--data", "/d", "--models", "/m", "--allow-words", "--keep-days", "9"]));
        Assert.Equal(new GatewayOptions { HttpPort = 1, MqttPort = 2, Bind = IPAddress.Any, DataFolder = Path.GetFullPath("/d"), ModelsFolder = Path.GetFullPath("/m"), AllowWords = true, KeepDays = 9 }, given);
    }

    private static async Task<(int Exit, string Error)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "wearable.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await output;
        return (process.ExitCode, error);
    }
}
