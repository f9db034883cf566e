using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Brain;
using Wearable.Gateway.Dashboard;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Identity;

namespace Wearable.Gateway.Tool;

/// <summary>
/// <c>POST /api/say</c> and <c>POST /api/ask</c>. Always behind an admin's password or the key of this start, also on this machine: any program
/// here could otherwise talk to a child.
/// </summary>
public static class VoiceApi
{
    /// <summary>On whose behalf a question is asked that names no wearable; its settings are the standard ones, or its own in <c>safety.json</c>.</summary>
    public const string Nobody = "terminal";

    /// <summary>Adds the paths and the login before them.</summary>
    public static void Map(WebApplication app)
    {
        ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(VoiceApi));
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api/say") || context.Request.Path.StartsWithSegments("/api/ask"), part => part.Use(async (context, next) =>
        {
            switch (await PageLogin.RoleOfAsync(context, log).ConfigureAwait(false))
            {
                case UserRole.Admin:
                    await next(context).ConfigureAwait(false);
                    break;
                case UserRole.Reader:
                    context.Response.StatusCode = StatusCodes.Status403Forbidden;
                    await context.Response.WriteAsync("this user may only look", context.RequestAborted).ConfigureAwait(false);
                    break;
            }
        }));
        app.MapPost("/api/say", SayAsync);
        app.MapPost("/api/ask", AskAsync);
    }

    /// <summary>What to say.</summary>
    public sealed record Speech(string? Device, string? Text);

    /// <summary>What to ask.</summary>
    /// <param name="Device">On whose behalf, and who speaks the answer; null for nobody.</param>
    /// <param name="Question">The question.</param>
    public sealed record Asking(string? Device, string? Question);

    /// <summary>What was answered.</summary>
    /// <param name="Text">The answer.</param>
    /// <param name="Spoken">Whether the wearable spoke it; null when none was named.</param>
    public sealed record Answer(string Text, bool? Spoken);

    private static async Task<Results<Ok<Answer>, BadRequest<DashboardApi.Problem>, Conflict<DashboardApi.Problem>>> SayAsync(
        HouseVoice voice, DeviceRegistry registry, Speech speech, CancellationToken cancellation)
    {
        if (!Ids.IsValid(speech.Device) || registry.Find(speech.Device!) is null)
        {
            return Unknown(registry);
        }

        HouseVoice.Result said = await voice.SayAsync(speech.Device!, speech.Text ?? "", cancellation).ConfigureAwait(false);
        return said.Outcome switch
        {
            HouseVoice.Outcome.Done => TypedResults.Ok(new Answer(said.Text, true)),
            HouseVoice.Outcome.WrongText => TypedResults.BadRequest(new DashboardApi.Problem(said.Text)),
            _ => TypedResults.Conflict(new DashboardApi.Problem(said.Text)),
        };
    }

    private static async Task<Results<Ok<Answer>, BadRequest<DashboardApi.Problem>, Conflict<DashboardApi.Problem>>> AskAsync(
        HouseVoice voice, DeviceRegistry registry, Asking asking, CancellationToken cancellation)
    {
        if (asking.Device is not null && (!Ids.IsValid(asking.Device) || registry.Find(asking.Device) is null))
        {
            return Unknown(registry);
        }

        HouseVoice.Result answer = await voice.AskAsync(asking.Device ?? Nobody, asking.Question ?? "", "tool", cancellation).ConfigureAwait(false);
        if (answer.Outcome != HouseVoice.Outcome.Done)
        {
            return answer.Outcome == HouseVoice.Outcome.WrongText ? TypedResults.BadRequest(new DashboardApi.Problem(answer.Text)) : TypedResults.Conflict(new DashboardApi.Problem(answer.Text));
        }

        bool? spoken = asking.Device is null ? null : await voice.SpeakAsync(asking.Device, answer.Text, cancellation).ConfigureAwait(false);
        return TypedResults.Ok(new Answer(answer.Text, spoken));
    }

    private static BadRequest<DashboardApi.Problem> Unknown(DeviceRegistry registry)
    {
        string[] known = [.. registry.All().Take(20).Select(device => device.Id)];
        return TypedResults.BadRequest(new DashboardApi.Problem(known.Length == 0 ? "device: no wearable was heard of yet" : $"device: one of {string.Join(", ", known)} expected"));
    }
}
