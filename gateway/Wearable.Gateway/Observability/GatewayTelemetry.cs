using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Wearable.Gateway.Conversation;

namespace Wearable.Gateway.Observability;

/// <summary>
/// Metrics for Prometheus at <c>/metrics</c>; metrics and turns as traces to a collector where the standard variable OTEL_EXPORTER_OTLP_ENDPOINT names one.
/// Never a word of a conversation.
/// </summary>
public static class GatewayTelemetry
{
    /// <summary>What the gateway is called where OTEL_SERVICE_NAME says nothing else.</summary>
    public const string ServiceName = "wearable-gateway";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Registers instruments and exporters.</summary>
    public static void AddGatewayTelemetry(this IServiceCollection services)
    {
        bool collected = Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 };
        services.AddSingleton<HouseInstruments>();
        OpenTelemetry.OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(about => about.AddService(ServiceName, serviceVersion: typeof(GatewayTelemetry).Assembly.GetName().Version?.ToString(3))).WithMetrics(metrics =>
        {
            metrics.AddMeter(HouseInstruments.Name, ConversationTelemetry.Name, "System.Runtime").AddPrometheusExporter();
            if (collected)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (collected)
        {
            telemetry.WithTracing(traces => traces.AddSource(ConversationTelemetry.Name).AddOtlpExporter());
        }
    }

    /// <summary>Adds <c>/metrics</c>.</summary>
    public static void MapGatewayTelemetry(this WebApplication app)
    {
        app.Services.GetRequiredService<HouseInstruments>();
        app.MapPrometheusScrapingEndpoint();
    }
}
