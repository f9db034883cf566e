using Microsoft.AspNetCore.Http.HttpResults;
using Wearable.Contract;
using Wearable.Gateway.Dashboard;

namespace Wearable.Gateway.Privacy;

/// <summary>Erases a person through the running gateway.</summary>
public static class PrivacyApi
{
    /// <summary>Adds <c>DELETE /api/devices/{device}</c>, with <c>?account=true</c> its account too.</summary>
    public static void Map(WebApplication app) => app.MapDelete("/api/devices/{device}", EraseAsync);

    private static async Task<Results<Ok<ErasureReport>, BadRequest<DashboardApi.Problem>, ProblemHttpResult>> EraseAsync(
        RunningErasure erasure, string device, bool? account, CancellationToken cancellation)
    {
        if (!Ids.IsValid(device))
        {
            return TypedResults.BadRequest(new DashboardApi.Problem("device: an id of a-z, 0-9 and - expected"));
        }

        try
        {
            return TypedResults.Ok(await erasure.EraseAsync(device, account ?? false, cancellation).ConfigureAwait(false));
        }
        catch (Exception e) when (e is ErasureException or Devices.DeviceRefusedException or GatewayStartException)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status500InternalServerError);
        }
    }
}
