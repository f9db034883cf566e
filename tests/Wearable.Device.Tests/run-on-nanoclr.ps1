# Runs the device tests on the nanoFramework interpreter, on this PC.
#
#   run-on-nanoclr.ps1                builds the .nfproj, then runs its .pe files
#   run-on-nanoclr.ps1 --pe FOLDER    runs .pe files that lie there; builds nothing
#
# The interpreter is the program NANOCLR names, else the tool nanoclr (dotnet tool install -g nanoclr). run-on-nanoclr.sh does the same.
# Exit: 0 all passed; 1 a test failed, none ran or the interpreter did not finish; 2 wrong use or the build failed; 3 no interpreter here.
# Only the language and .NET, no cmdlet of a module: Windows PowerShell 5.1 and PowerShell 7 run it alike.
$ErrorActionPreference = 'Stop'

function Fail([int] $code, [string] $text) { [Console]::Error.WriteLine("run-on-nanoclr: $text"); exit $code }
function Say([string] $text) { [Console]::Out.WriteLine($text) }

$root = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..'))
$limitS = if ($env:LIMIT_S) { [int]$env:LIMIT_S } else { 300 }
$folder = ''
if ($args.Count -gt 0) {
  if ($args[0] -ne '--pe') { Fail 2 "--pe FOLDER or nothing expected, got ""$($args[0])""." }
  $folder = if ($args.Count -gt 1) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[1]) } else { '' }
  if (-not [IO.Directory]::Exists($folder)) { Fail 2 "--pe: a folder expected, got ""$folder""." }
}

$interpreter = $env:NANOCLR
if (-not $interpreter) {
  $tool = $ExecutionContext.InvokeCommand.GetCommand('nanoclr', 'Application')
  if ($tool) { $interpreter = $tool.Source }
}

if (-not $interpreter) {
  Fail 3 "nanoclr is not installed here, so the device tests were not run on the interpreter (install it with 'dotnet tool install -g nanoclr', or name an interpreter as NANOCLR=path)."
}

if (-not [IO.File]::Exists($interpreter)) { Fail 3 "NANOCLR: a program expected, got ""$interpreter""." }

if (-not $folder) {
  dotnet build ([IO.Path]::Combine($PSScriptRoot, 'Wearable.Device.Tests.nfproj')) -c Release -nologo -v quiet -clp:NoSummary
  if ($LASTEXITCODE -ne 0) { exit 2 }
  $folder = [IO.Path]::Combine($PSScriptRoot, 'bin', 'Release')
}

# The launcher's .pe lies in its package when the project system did not copy it.
$packages = [IO.Path]::Combine($root, 'packages')
$files = foreach ($name in 'mscorlib', 'nanoFramework.UnitTestLauncher', 'nanoFramework.TestFramework', 'nanoFramework.System.Text', 'NFUnitTest') {
  $found = [IO.Path]::Combine($folder, "$name.pe")
  if (-not [IO.File]::Exists($found)) {
    $found = if ([IO.Directory]::Exists($packages)) { @([IO.Directory]::GetFiles($packages, "$name.pe", 'AllDirectories'))[0] } else { '' }
    if (-not $found) { Fail 2 "$name.pe is neither in $folder nor in $packages." }
  }

  """$found"""
}

$start = [Diagnostics.ProcessStartInfo]::new($interpreter)
$start.Arguments = "$(if ([IO.Path]::GetFileName($interpreter) -like 'nanoclr*') { 'run --assemblies ' })$files"
$start.UseShellExecute = $false
$start.RedirectStandardOutput = $true

# nanoclr stays after the program's end to be debugged, so the end is read from what it prints.
$passed = 0; $failed = 0; $skipped = 0; $done = $false; $last = ''
$process = [Diagnostics.Process]::Start($start)
$end = [DateTime]::UtcNow.AddSeconds($limitS)
while (-not $done) {
  $reading = $process.StandardOutput.ReadLineAsync()
  $left = [int]($end - [DateTime]::UtcNow).TotalMilliseconds
  if ($left -le 0 -or -not $reading.Wait($left)) { break }
  $line = $reading.Result
  if ($null -eq $line) { break }
  if ($line.Trim()) { $last = $line.TrimEnd() }
  if ($line.StartsWith('Test passed,')) { $passed++ }
  if ($line.StartsWith('Test failed,')) { $failed++; Say $last }
  if ($line.StartsWith('Test skipped,')) { $skipped++; Say $last }
  $done = $line.StartsWith('Done.')
}

try { $process.Kill() } catch [InvalidOperationException] { } # it had ended

$written = 0
foreach ($file in [IO.Directory]::GetFiles($PSScriptRoot, '*.cs', 'AllDirectories')) {
  if ($file.Substring($PSScriptRoot.Length) -notmatch '^[\\/](Pc|obj|bin)[\\/]') { $written += [regex]::Matches([IO.File]::ReadAllText($file), '\[TestMethod\]').Count }
}

Say "device tests on $([IO.Path]::GetFileName($interpreter)): $passed passed, $failed failed, $skipped skipped, of $written"
if (-not $done) { Fail 1 "the interpreter stopped or was stopped before the end; it last said: $last" }
if ($passed + $failed + $skipped -ne $written) { Fail 1 "$written tests are written, $($passed + $failed + $skipped) ran." }
if ($failed -gt 0) { exit 1 }
exit 0
