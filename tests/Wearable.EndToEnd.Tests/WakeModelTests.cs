using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Wearable.Firmware.Board;
using Wearable.Firmware.Voice;
using Wearable.Gateway;
using Wearable.Gateway.Devices;
using Wearable.Training;

namespace Wearable.EndToEnd.Tests;

/// <summary>A wake-word model on its way from a file to the wearable's ears.</summary>
public sealed class WakeModelTests
{
    [Fact]
    public async Task A_model_sent_to_a_wearable_is_the_one_it_hears_with_after_its_restart()
    {
        await using House house = await House.StartAsync();
        string file = Path.GetTempFileName();
        WakeModel own = WakeModelShipped.Create();
        own.Version = "own-7";
        await File.WriteAllBytesAsync(file, ModelFile.Write(own), TestContext.Current.CancellationToken);
        Assert.Contains("own-7", await SendAsync(house, 0, "--file", file));
        Assert.True(await house.Wearable.ReachesAsync(() => Model(house) == "own-7" && house.Wearable.LinkState == LinkState.Up, TimeSpan.FromSeconds(30)), "hears with the new model");

        await SendAsync(house, 0, "--shipped");
        Assert.True(await house.Wearable.ReachesAsync(() => Model(house) == WakeModelShipped.Create().Version, TimeSpan.FromSeconds(30)), "hears with the shipped model again");

        await File.WriteAllTextAsync(file, "not a model", TestContext.Current.CancellationToken);
        Assert.Contains("14 to 8192 bytes expected, got 11", await SendAsync(house, 1, "--file", file));
        Assert.Contains("one of them", await SendAsync(house, 1));
        File.Delete(file);
    }

    private static string? Model(House house) => house.Demo.Services.GetRequiredService<DeviceRegistry>().Find("bear-1")?.Info?.ModelVersion;

    private static async Task<string> SendAsync(House house, int exit, params string[] arguments)
    {
        StringWriter output = new(), error = new();
        GatewayOptions options = new() { MqttPort = house.Demo.Ports.Mqtt };
        Command command = WakeModelCommand.Make(_ => options);
        int code = await command.Parse(["--device", "bear-1", .. arguments]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        Assert.Equal(exit, code);
        return output.ToString() + error;
    }
}
