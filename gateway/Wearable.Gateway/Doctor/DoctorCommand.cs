using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Wearable.Gateway.Tool;

namespace Wearable.Gateway.Doctor;

/// <summary>The verb <c>doctor</c>: looks at everything a gateway needs, with the same options as the gateway itself, and says what to do. Changes nothing.</summary>
public static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    /// <param name="change">Changes what is looked at; for tests.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf, Func<Patient, Patient>? change = null)
    {
        Option<bool> json = new("--json") { Description = "All findings as JSON." };
        Command doctor = new("doctor", "Looks at ports, broker, models, Node.js, clock, database, rights, board, disk, certificate and brain: what is wrong, and its cure. Exit code 1 when anything is.") { json };
        doctor.SetAction((parsed, cancellation) => ToolRun.GuardedAsync(parsed, async () =>
        {
            Patient patient = new(optionsOf(parsed));
            IReadOnlyList<Finding> findings = await LookAsync(change?.Invoke(patient) ?? patient, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                parsed.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(findings, Json));
            }
            else
            {
                Print(findings, ToolRun.ConsoleOf(parsed));
            }

            return findings.Any(finding => finding.Verdict == Verdict.Fault) ? ToolExit.Refused : ToolExit.Done;
        }));
        return doctor;
    }

    /// <summary>All checks, in the order in which a gateway would stumble.</summary>
    public static async Task<IReadOnlyList<Finding>> LookAsync(Patient patient, CancellationToken cancellation = default) =>
    [
        DataChecks.Folder(patient),
        DataChecks.Disk(patient),
        .. DataChecks.Files(patient),
        DataChecks.Database(patient),
        ClockCheck.Look(patient),
        .. PortChecks.Ports(patient),
        await PortChecks.BrokerAsync(patient, cancellation).ConfigureAwait(false),
        MachineChecks.Certificate(patient),
        .. await ModelChecks.LookAsync(patient, cancellation).ConfigureAwait(false),
        await MachineChecks.BrainAsync(patient, cancellation).ConfigureAwait(false),
        MachineChecks.Board(patient),
    ];

    private static void Print(IReadOnlyList<Finding> findings, IAnsiConsole console)
    {
        foreach (Finding finding in findings)
        {
            (string sign, string colour) = finding.Verdict switch
            {
                Verdict.Ok => ("ok", "green"),
                Verdict.Skipped => ("-", "grey"),
                Verdict.Warning => ("warning", "yellow"),
                _ => ("FAULT", "red"),
            };
            console.MarkupLineInterpolated($"[{colour}]{sign,-8}[/] {finding.Check,-28} {finding.Found}");
            if (finding.Cure.Length > 0)
            {
                console.MarkupLineInterpolated($"         wanted: {finding.Wanted}");
                console.MarkupLineInterpolated($"         [bold]cure:[/] {finding.Cure}");
            }
        }

        int faults = findings.Count(finding => finding.Verdict == Verdict.Fault), warnings = findings.Count(finding => finding.Verdict == Verdict.Warning);
        console.MarkupLineInterpolated($"[bold]{(faults == 0 ? "No fault." : $"{faults} fault{(faults == 1 ? "" : "s")}.")}[/]{(warnings == 0 ? "" : $" {warnings} warning{(warnings == 1 ? "" : "s")}.")}");
    }
}
