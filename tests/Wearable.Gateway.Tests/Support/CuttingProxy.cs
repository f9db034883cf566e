using System.Net;
using System.Net.Sockets;

namespace Wearable.Gateway.Tests.Support;

/// <summary>
/// A wire to a server that can be cut at the worst moment: once armed, the next bytes that hold a word still reach the server, its answer
/// is awaited and thrown away, and the connection ends.
/// </summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private byte[]? _word;

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it cut.</summary>
    public int Cuts { get; private set; }

    public void CutAt(string word) => _word = System.Text.Encoding.ASCII.GetBytes(word);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // the end of the test
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient server = new();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            (NetworkStream up, NetworkStream down) = (server.GetStream(), client.GetStream());
            Task back = down.CanWrite ? up.CopyToAsync(down) : Task.CompletedTask;
            byte[] buffer = new byte[65536];
            try
            {
                while (await down.ReadAsync(buffer) is > 0 and int got)
                {
                    if (_word is byte[] word && buffer.AsSpan(0, got).IndexOf(word) >= 0)
                    {
                        _word = null;
                        Cuts++;
                        client.Client.Shutdown(SocketShutdown.Both); // nothing comes back from here on
                        await up.WriteAsync(buffer.AsMemory(0, got));
                        server.Client.Shutdown(SocketShutdown.Send); // the server carries the word out before it notices
                        break;
                    }

                    await up.WriteAsync(buffer.AsMemory(0, got));
                }

                await back;
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // one side left
            }
        }
    }
}
