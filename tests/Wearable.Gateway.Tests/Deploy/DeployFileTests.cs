using System.Diagnostics;
using YamlDotNet.RepresentationModel;

namespace Wearable.Gateway.Tests.Deploy;

/// <summary>The files of <c>deploy/</c> hold together: what they name is there. Running them needs engines that a test does not have.</summary>
public sealed class DeployFileTests
{
    private static readonly string Folder = Path.Combine(Root(), "deploy");

    [Fact]
    public void Compose_names_only_volumes_secrets_and_files_that_are_there_and_no_password()
    {
        YamlMappingNode compose = Load("compose.yaml").Single();
        YamlMappingNode services = Map(compose, "services"), volumes = Map(compose, "volumes"), secrets = Map(compose, "secrets");
        foreach ((YamlNode name, YamlNode node) in services.Children)
        {
            YamlMappingNode service = (YamlMappingNode)node;
            foreach (string volume in List(service, "volumes").Select(volume => volume.Split(':')[0]))
            {
                bool there = volume.StartsWith("./secrets/", StringComparison.Ordinal) || (volume.StartsWith('.') ? Path.Exists(Path.Combine(Folder, volume)) : volumes.Children.ContainsKey(volume));
                Assert.True(there, $"{name}: volume {volume}");
            }

            Assert.All(List(service, "secrets"), secret => Assert.Contains(secret, secrets.Children.Keys.Select(key => key.ToString())));
            Assert.True(service.Children.ContainsKey("restart"), $"{name} starts again after a fault");
        }

        // What was measured of people is the gateway's alone.
        Assert.Equal(["gateway"], services.Children.Where(service => List((YamlMappingNode)service.Value, "volumes").Any(volume => volume.StartsWith("data:", StringComparison.Ordinal))).Select(service => service.Key.ToString()));
        Assert.All(List((YamlMappingNode)services["prometheus"], "ports").Concat(List((YamlMappingNode)services["grafana"], "ports")), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        foreach (string line in File.ReadLines(Path.Combine(Folder, "compose.yaml")).Where(line => line.Contains("PASSWORD", StringComparison.Ordinal) && !line.TrimStart().StartsWith('#')))
        {
            Assert.True(line.Contains(":?", StringComparison.Ordinal) || line.Contains("_FILE:", StringComparison.Ordinal), "a password comes from its owner: " + line);
        }
    }

    [Fact]
    public void Kubernetes_selectors_ports_and_mounts_meet_what_they_mean()
    {
        YamlMappingNode[] objects = [.. Load("kubernetes/wearable.yaml")];
        Assert.Equal(["Namespace", "NetworkPolicy", "Service", "ServiceAccount", "StatefulSet"], objects.Select(o => o["kind"].ToString()).Order());
        YamlMappingNode set = objects.Single(o => o["kind"].ToString() == "StatefulSet"), pod = Map(Map(set, "spec"), "template");
        string app = Map(Map(pod, "metadata"), "labels")["app"].ToString();
        Assert.Equal(app, Map(Map(Map(set, "spec"), "selector"), "matchLabels")["app"].ToString());
        Assert.Equal(app, Map(Map(objects.Single(o => o["kind"].ToString() == "Service"), "spec"), "selector")["app"].ToString());
        Assert.All(objects.Where(o => o["kind"].ToString() != "Namespace"), o => Assert.Equal("wearable", Map(o, "metadata")["namespace"].ToString()));
        YamlMappingNode container = (YamlMappingNode)((YamlSequenceNode)Map(pod, "spec")["containers"])[0];
        string[] ports = [.. ((YamlSequenceNode)container["ports"]).Select(port => port["name"].ToString())];
        Assert.All(((YamlSequenceNode)Map(objects.Single(o => o["kind"].ToString() == "Service"), "spec")["ports"]).Select(port => port["targetPort"].ToString()), port => Assert.Contains(port, ports));
        string[] volumes =
        [
            .. ((YamlSequenceNode)Map(pod, "spec")["volumes"]).Select(volume => volume["name"].ToString()),
            .. ((YamlSequenceNode)Map(set, "spec")["volumeClaimTemplates"]).Select(claim => claim["metadata"]["name"].ToString()),
        ];
        Assert.All(((YamlSequenceNode)container["volumeMounts"]).Select(mount => mount["name"].ToString()), mount => Assert.Contains(mount, volumes));
        Assert.Equal("1", Map(set, "spec")["replicas"].ToString()); // SQLite has one writer
    }

    [Theory]
    [InlineData("check", "rules", "rules.yml")]
    [InlineData("check", "config", "--syntax-only", "prometheus.yml")]
    public async Task Prometheus_reads_its_files(params string[] arguments)
    {
        ProcessStartInfo start = new("promtool", arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process? promtool = null;
        try
        {
            promtool = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("promtool (Debian's prometheus) is not installed");
        }

        using (promtool)
        {
            Task<string> said = promtool!.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(promtool.ExitCode == 0, await said + await errors);
        }
    }

    [Fact]
    public void The_container_and_the_service_start_the_gateway_with_options_it_has()
    {
        GatewayCommand command = new((_, _) => Task.FromResult(0));
        string service = File.ReadLines(Path.Combine(Folder, "wearable-gateway.service")).Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        string docker = File.ReadLines(Path.Combine(Folder, "Dockerfile")).Single(line => line.StartsWith("ENTRYPOINT", StringComparison.Ordinal));
        string[] entry = System.Text.Json.JsonSerializer.Deserialize<string[]>(docker["ENTRYPOINT".Length..])!;
        foreach (string[] arguments in new[] { service.Split(' ')[1..], [.. entry[1..], "--bind", "0.0.0.0", "--plain-mqtt"] })
        {
            Assert.Empty(command.Root.Parse(arguments).Errors);
        }
    }

    private static IEnumerable<YamlMappingNode> Load(string file)
    {
        YamlStream yaml = [];
        using StreamReader reader = new(Path.Combine(Folder, file));
        yaml.Load(reader);
        return yaml.Documents.Select(document => (YamlMappingNode)document.RootNode);
    }

    private static YamlMappingNode Map(YamlMappingNode node, string key) => (YamlMappingNode)node[key];

    private static IEnumerable<string> List(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? list) ? ((YamlSequenceNode)list).Select(item => item.ToString()) : [];

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Wearable.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("Wearable.sln was not found above " + AppContext.BaseDirectory);
    }
}
