using System.CommandLine;

namespace Wearable.Gateway.Tool;

/// <summary>The verb <c>completion</c>: a script that lets a shell complete verbs, options and ids. The shell asks the tool itself, so it knows what this version knows.</summary>
public static class CompletionCommand
{
    // The tool completes a line without its own name; positions are counted from there.
    private const string Bash = """
        # wearable: put this into ~/.bashrc:  eval "$(wearable completion bash)"
        _wearable() {
          local first="${COMP_WORDS[0]}" cur="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
          local skip=$(( ${#first} + 1 ))
          COMPREPLY=( $(compgen -W "$("$first" "[suggest:$(( COMP_POINT - skip ))]" "${COMP_LINE:skip}" 2>/dev/null)" -- "$cur") )
        }
        complete -o default -F _wearable wearable
        """;

    private const string Zsh = """
        # wearable: put this into ~/.zshrc behind compinit:  eval "$(wearable completion zsh)"
        _wearable() {
          local skip=$(( ${#words[1]} + 1 )) line="$BUFFER"
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:$(( CURSOR - skip ))]" "${line:$skip}" 2>/dev/null)}")
          [[ -n "${found[*]}" ]] && compadd -- "${found[@]}"
        }
        compdef _wearable wearable
        """;

    private const string PowerShell = """
        # wearable: put this into $PROFILE:  wearable completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName wearable -ScriptBlock {
            param($word, $ast, $cursor)
            $line = $ast.ToString()
            $skip = $ast.CommandElements[0].Extent.Text.Length + 1
            $rest = if ($line.Length -gt $skip) { $line.Substring($skip) } else { '' }
            $at = [Math]::Max(0, $cursor - $ast.Extent.StartOffset - $skip)
            & $ast.CommandElements[0].Extent.Text "[suggest:$at]" "$rest" 2>$null |
                Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal) { ["bash"] = Bash, ["zsh"] = Zsh, ["powershell"] = PowerShell };

    /// <summary>Makes the verb.</summary>
    public static Command Make()
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh or powershell." };
        shell.CompletionSources.Add([.. Scripts.Keys]);
        Command completion = new("completion", "Prints the script that lets a shell complete this tool's verbs, options and ids.") { shell };
        completion.SetAction(parsed => ToolRun.GuardedAsync(parsed, () =>
        {
            string name = parsed.GetRequiredValue(shell);
            string script = Scripts.GetValueOrDefault(name) ?? throw new ToolException(ToolExit.Refused, $"shell: one of {string.Join(", ", Scripts.Keys)} expected, got \"{name}\".");
            parsed.InvocationConfiguration.Output.WriteLine(script);
            return Task.FromResult(ToolExit.Done);
        }));
        return completion;
    }
}
