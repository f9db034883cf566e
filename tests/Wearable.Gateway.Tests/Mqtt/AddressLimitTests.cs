using System.Net;
using Microsoft.AspNetCore.Connections;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Tests.Mqtt;

/// <summary>How many connections one machine of the house may hold.</summary>
public sealed class AddressLimitTests
{
    [Theory]
    [InlineData("192.168.1.66", "::ffff:192.168.1.66", true)] // the same machine, told both ways
    [InlineData("192.168.1.66", "192.168.1.67", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    public async Task One_address_holds_so_many_connections_and_no_more(string from, string next, bool refused)
    {
        AddressLimit limit = new();
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ConnectionDelegate serve = limit.Before(_ => over.Task);
        Task[] open = [.. Enumerable.Range(0, AddressLimit.PerAddress).Select(_ => serve(From(from)))];
        Task one = serve(From(next));
        Assert.Equal(refused, one.IsCompleted);
        Assert.Equal(refused ? 1 : 0, limit.Refused);
        over.SetResult();
        await Task.WhenAll([.. open, one]);
        await serve(From(from)); // the places are free again
        Assert.Equal(refused ? 1 : 0, limit.Refused);
    }

    private static DefaultConnectionContext From(string address) => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 40000) };
}
