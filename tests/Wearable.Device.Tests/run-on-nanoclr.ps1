<#
.SYNOPSIS
Runs the device tests on the nanoFramework interpreter, on this PC.
.DESCRIPTION
Builds the .nfproj and runs its .pe files, or runs the .pe files of a folder. The interpreter is the program that the environment variable
NANOCLR names, else the tool nanoclr (dotnet tool install -g nanoclr).
Exit: 0 all passed; 1 a test failed, none ran or the interpreter did not finish; 2 wrong use or the build failed; 3 no interpreter here.
.PARAMETER Pe
Folder with .pe files; nothing is built then.
#>
param([string]$Pe = "", [int]$LimitS = 300)
$here = $PSScriptRoot
$root = (Resolve-Path (Join-Path $here "../..")).Path

function Stop-With([int]$code, [string]$sentence) {
    [Console]::Error.WriteLine("run-on-nanoclr: $sentence")
    exit $code
}

if ($Pe -and -not (Test-Path $Pe -PathType Container)) { Stop-With 2 "-Pe: a folder expected, got `"$Pe`"." }
$interpreter = $env:NANOCLR
if (-not $interpreter) { $interpreter = (Get-Command nanoclr -ErrorAction SilentlyContinue).Source }
if (-not $interpreter) {
    Stop-With 3 "nanoclr is not installed here, so the device tests were not run on the interpreter (install it with 'dotnet tool install -g nanoclr', or name an interpreter as NANOCLR=path)."
}
if (-not (Test-Path $interpreter -PathType Leaf)) { Stop-With 3 "NANOCLR: a program expected, got `"$interpreter`"." }

if (-not $Pe) {
    dotnet build (Join-Path $here "Wearable.Device.Tests.nfproj") -c Release -nologo -v quiet
    if ($LASTEXITCODE -ne 0) { exit 2 }
    $Pe = Join-Path $here "bin/Release"
}

# The launcher's .pe lies in its package when the project system did not copy it.
$files = foreach ($name in "mscorlib", "nanoFramework.UnitTestLauncher", "nanoFramework.TestFramework", "nanoFramework.System.Text", "NFUnitTest") {
    $found = @(Join-Path $Pe "$name.pe") + @(Get-ChildItem (Join-Path $root "packages/*/lib/$name.pe") -ErrorAction SilentlyContinue | ForEach-Object FullName) |
        Where-Object { Test-Path $_ } | Select-Object -First 1
    if (-not $found) { Stop-With 2 "$name.pe is neither in $Pe nor in $root/packages." }
    "`"$found`""
}

$output = New-TemporaryFile
$errors = New-TemporaryFile
$arguments = if ((Split-Path $interpreter -Leaf) -like "nanoclr*") { @("run", "--assemblies") + $files } else { $files }
$process = Start-Process $interpreter -ArgumentList $arguments -NoNewWindow -PassThru -RedirectStandardOutput $output -RedirectStandardError $errors

# nanoclr stays after the program's end to be debugged, so the end is read from what it prints.
function Read-Output {
    $stream = [IO.File]::Open($output, "Open", "Read", "ReadWrite")
    $reader = [IO.StreamReader]::new($stream)
    try { $reader.ReadToEnd() -split "\r?\n" } finally { $reader.Dispose() }
}

$end = (Get-Date).AddSeconds($LimitS)
$finished = $false
while (-not $finished -and (Get-Date) -lt $end) {
    $finished = $process.WaitForExit(1000) -or [bool](@(Read-Output) -match "^Done\.")
}

if (-not $process.HasExited) { $process.Kill(); $process.WaitForExit() }
$lines = @(Read-Output)
Remove-Item $output, $errors -ErrorAction SilentlyContinue
$lines | Where-Object { $_ -match "^Test (failed|skipped)," }
$passed = @($lines -match "^Test passed,").Count
$failed = @($lines -match "^Test failed,").Count
$skipped = @($lines -match "^Test skipped,").Count
$written = @(Get-ChildItem $here -Recurse -Filter *.cs | Where-Object { $_.FullName.Substring($here.Length) -notmatch "[\\/](Pc|obj|bin)[\\/]" } | Select-String -SimpleMatch "[TestMethod]").Count
"device tests on $(Split-Path $interpreter -Leaf): $passed passed, $failed failed, $skipped skipped, of $written"
if (-not (@($lines) -match "^Done\.")) {
    $lines | Select-Object -Last 5
    Stop-With 1 "the interpreter stopped or was stopped before the end."
}

if ($passed + $failed + $skipped -ne $written) { Stop-With 1 "$written tests are written, $($passed + $failed + $skipped) ran." }
if ($failed -gt 0) { exit 1 }
exit 0
