using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Support;

/// <summary>The real gateway on free loopback ports with a real database in a folder of its own. Fails at the end when anything logged an error.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IMqttClient> _clients = [];
    private readonly bool _keepFolder;

    private TestGateway(WebApplication app, GatewayOptions options, LogRecorder log, bool keepFolder)
    {
        _app = app;
        _keepFolder = keepFolder;
        Options = options;
        Log = log;
        Http = new HttpClient { BaseAddress = Get<GatewayPorts>().Page };
    }

    public GatewayOptions Options { get; }

    public LogRecorder Log { get; }

    public HttpClient Http { get; }

    public int MqttPort => Get<GatewayPorts>().Mqtt;

    public bool ErrorsExpected { get; set; }

    public static string NewFolder() => Path.Combine(Path.GetTempPath(), "wearable-test-" + Guid.NewGuid().ToString("N"));

    public static async Task<TestGateway> StartAsync(
        Func<GatewayOptions, GatewayOptions>? choose = null, Action<IServiceCollection>? services = null, bool keepFolder = false, StoreKind kind = StoreKind.Sqlite)
    {
        GatewayOptions options = new() { HttpPort = 0, MqttPort = 0, MqttsPort = 0, DataFolder = NewFolder() };
        options = choose?.Invoke(options) ?? options;
        options = options.Store.Kind == kind ? options : await TestStore.EmptyAsync(kind, options);
        LogRecorder log = new();
        WebApplication app = await GatewayApp.BuildAsync(options, added =>
        {
            added.RemoveAll<ILoggerProvider>();
            added.AddSingleton<ILoggerProvider>(log);
            services?.Invoke(added);
        });
        await GatewayApp.StartAsync(app);
        return new TestGateway(app, options, log, keepFolder);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A client as the firmware's: MQTT 3.1.1, clean session, last will.</summary>
    public Task<IMqttClient> WearableAsync(string id) => ConnectAsync(id, options => options
        .WithProtocolVersion(MqttProtocolVersion.V311)
        .WithWillTopic(new Topics(id).Status)
        .WithWillPayload(StatusMessage.Offline)
        .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
        .WithWillRetain());

    public async Task<IMqttClient> ConnectAsync(string id, Action<MqttClientOptionsBuilder>? more = null)
    {
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", MqttPort).WithClientId(id).WithTimeout(TimeSpan.FromSeconds(60));
        more?.Invoke(options);
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        _clients.Add(client);
        MqttClientConnectResult result = await client.ConnectAsync(options.Build());
        Assert.Equal(MqttClientConnectResultCode.Success, result.ResultCode);
        return client;
    }

    /// <summary>A viewer that keeps every message under a filter.</summary>
    public async Task<Viewer> ViewerAsync(string filter)
    {
        IMqttClient client = await ConnectAsync("viewer_" + Guid.NewGuid().ToString("N"));
        Viewer viewer = new();
        client.ApplicationMessageReceivedAsync += viewer.OnMessageAsync;
        await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
        return viewer;
    }

    /// <summary>Rows of a query, columns joined by a bar, after everything before is on disk.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await Get<StoreWriter>().FlushAsync();
        return await TestStore.RowsAsync(Get<IStore>(), sql);
    }

    /// <summary>As Ctrl+C does, with every connection still open.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (IMqttClient client in _clients)
        {
            client.Dispose();
        }

        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (!_keepFolder)
        {
            Directory.Delete(Options.DataFolder, recursive: true);
        }

        if (!ErrorsExpected)
        {
            Assert.Empty(Log.At(LogLevel.Error));
            Assert.Empty(Log.At(LogLevel.Critical));
        }
    }
}
