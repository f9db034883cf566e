using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wearable.Gateway.Tests.Integrations;

/// <summary>
/// The template engine that Home Assistant uses (Jinja2, Debian's python3-jinja2), sandboxed and with <c>value</c> and <c>value_json</c> as there.
/// Skips the test where it is not installed.
/// </summary>
internal static class Jinja
{
    private const string Script = """
        import json, sys
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment
        engine = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        out = []
        for case in json.load(sys.stdin):
            value = case["value"]
            try:
                value_json = json.loads(value)
            except ValueError:
                value_json = None
            out.append(engine.from_string(case["template"]).render(value=value, value_json=value_json))
        json.dump(out, sys.stdout)
        """;

    /// <summary>Renders templates, each with its payload.</summary>
    public static async Task<string[]> RenderAsync(params (string Template, string Value)[] cases)
    {
        ProcessStartInfo start = new("python3", ["-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? python = null;
        try
        {
            python = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed");
        }

        using (python)
        {
            Task<string> output = python!.StandardOutput.ReadToEndAsync(), errors = python.StandardError.ReadToEndAsync();
            await python.StandardInput.WriteAsync(new JsonArray([.. cases.Select(c => (JsonNode)new JsonObject { ["template"] = c.Template, ["value"] = c.Value })]).ToJsonString());
            python.StandardInput.Close();
            await python.WaitForExitAsync();
            Assert.SkipWhen((await errors).Contains("No module named 'jinja2'", StringComparison.Ordinal), "python3-jinja2 is not installed");
            Assert.True(python.ExitCode == 0, await errors);
            return JsonSerializer.Deserialize<string[]>(await output)!;
        }
    }
}
