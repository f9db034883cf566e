using Microsoft.Extensions.FileProviders;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Dashboard;

/// <summary>Where the page's files are.</summary>
/// <param name="UplotFolder">Folder with uPlot.iife.min.js and uPlot.min.css, out of the model store; null when it is not installed.</param>
public sealed record DashboardFiles(string? UplotFolder)
{
    /// <summary>The page itself; it stands beside the program.</summary>
    public static string PageFolder => Path.Combine(AppContext.BaseDirectory, "Dashboard", "wwwroot");

    /// <summary>The chart library of a verified model folder.</summary>
    public static DashboardFiles From(ModelFiles models) => new(Path.Combine(models.Folder, "node_modules", "uplot", "dist"));

    /// <summary>Serves the page at / and the chart library at /lib/uplot.</summary>
    public static void Map(WebApplication app)
    {
        if (Directory.Exists(PageFolder))
        {
            PhysicalFileProvider page = new(PageFolder);
            app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = page });
            app.UseStaticFiles(new StaticFileOptions { FileProvider = page, OnPrepareResponse = NoStale });
        }

        if (app.Services.GetService<DashboardFiles>()?.UplotFolder is string uplot && Directory.Exists(uplot))
        {
            app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(uplot), RequestPath = "/lib/uplot", OnPrepareResponse = NoStale });
        }
    }

    // The browser asks each time whether a file changed (and mostly hears "no"), so that an update shows at once.
    private static void NoStale(Microsoft.AspNetCore.StaticFiles.StaticFileResponseContext file) => file.Context.Response.Headers.CacheControl = "no-cache";
}
