using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using MQTTnet;
using MQTTnet.Protocol;
using Wearable.Contract;
using Wearable.Gateway.Mqtt;

namespace Wearable.Gateway.Dashboard;

/// <summary>
/// The topic explorer's questions, and its one way to write: publishing as a tool of the owner does. A body of another kind than JSON is
/// refused, so that no other web site can send one unasked.
/// </summary>
public static class TopicApi
{
    /// <summary>Client id under which the page publishes.</summary>
    public const string PageClientId = "wearable-page";

    /// <summary>Longest topic, bytes.</summary>
    public const int MaxTopicBytes = 256;

    /// <summary>Longest payload, bytes; the device reads at most 1 KB.</summary>
    public const int MaxPayloadBytes = 1024;

    /// <summary>What is to be published.</summary>
    /// <param name="Topic">Without wildcards.</param>
    /// <param name="Payload">Text; empty and retained erases a retained message.</param>
    /// <param name="Retain">Whether the broker keeps it.</param>
    /// <param name="Qos">0 or 1.</param>
    public sealed record Publication(string? Topic, string? Payload, bool Retain, int Qos);

    /// <summary>Adds the paths.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/api/topics", (TopicBook book, long? since) => TypedResults.Ok(book.Since(since ?? 0)));
        app.MapGet("/api/topics/history", (TopicBook book, string topic) => TypedResults.Ok(book.HistoryOf(topic)));
        app.MapPost("/api/topics/publish", PublishAsync);
    }

    private static async Task<Results<NoContent, BadRequest<DashboardApi.Problem>>> PublishAsync(
        IHouseBroker broker, Devices.DeviceRegistry registry, Publication wish, CancellationToken cancellation)
    {
        if (Why(wish, registry) is string why)
        {
            return TypedResults.BadRequest(new DashboardApi.Problem(why));
        }

        MqttApplicationMessage message = new()
        {
            Topic = wish.Topic, PayloadSegment = Encoding.UTF8.GetBytes(wish.Payload!), Retain = wish.Retain, QualityOfServiceLevel = (MqttQualityOfServiceLevel)wish.Qos,
        };
        return await broker.PublishAsync(message, PageClientId, cancellation).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : TypedResults.BadRequest(new DashboardApi.Problem("the broker is away: nothing was published"));
    }

    private static string? Why(Publication wish, Devices.DeviceRegistry registry)
    {
        if (string.IsNullOrEmpty(wish.Topic) || Encoding.UTF8.GetByteCount(wish.Topic) > MaxTopicBytes || wish.Topic.AsSpan().IndexOfAny("+#\0") >= 0 || wish.Topic[0] == '$')
        {
            return $"topic: 1 to {MaxTopicBytes} bytes without + and #, not beginning with $, expected";
        }

        if (wish.Payload is null || Encoding.UTF8.GetByteCount(wish.Payload) > MaxPayloadBytes)
        {
            return $"payload: at most {MaxPayloadBytes} bytes expected";
        }

        if (wish.Qos is < 0 or > 1)
        {
            return "qos: 0 or 1 expected";
        }

        TopicName topic = TopicName.Parse(wish.Topic);
        if (topic.Kind == TopicKind.None)
        {
            return wish.Topic.StartsWith(Topics.Root, StringComparison.Ordinal) || wish.Topic.StartsWith(Topics.AudioRoot, StringComparison.Ordinal) ? "topic: not one of the contract" : null;
        }

        if (PublishRules.Refuse(PageClientId, topic, id => registry.Find(id) is not null) is string forbidden)
        {
            return "topic: " + forbidden;
        }

        return wish.Retain && !RetainedMessages.MayRetain(topic.Kind) ? "retain: a message of this topic is never retained" : null;
    }
}
