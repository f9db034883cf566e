# Puts the runtime, the firmware and one device's settings on a board, with nanoff 2.5 (https://github.com/nanoframework/nanoFirmwareFlasher).
# flash.sh is the same script for bash: a test holds both to the same commands. Boards: boards.json, one a line.
# Only the language and .NET, no cmdlet of a module: Windows PowerShell 5.1 and PowerShell 7 run it alike.
$ErrorActionPreference = 'Stop'

$boards = [IO.File]::ReadAllText([IO.Path]::Combine($PSScriptRoot, 'boards.json')).Split([char]10)
$built = 'firmware/Wearable.Esp32/bin/Release/Wearable.Esp32.bin'
$nanoff = if ($env:NANOFF) { $env:NANOFF } else { 'nanoff' }
$board = ''; $port = ''; $image = ''; $device = ''; $fwversion = ''; $only = ''; $masserase = $false; $dry = $false
$here = $ExecutionContext.SessionState.Path
$windows = [Environment]::OSVersion.Platform -eq 'Win32NT'

$usage = @'
flash.ps1 --board ID --port PORT [options]
  --board ID       which board (--list shows them)
  --port PORT      its serial port, as /dev/ttyACM0, /dev/cu.usbmodem101 or COM5
  --image FILE     the firmware's deployment image (default: the Release build of firmware/Wearable.Esp32)
  --device DIR     also write Wi-Fi and identity, files made by the gateway's "device add"
  --only STEP      one step only: runtime, app or settings
  --masserase      erase the whole flash first, settings included
  --fwversion V    this version of the runtime instead of the newest stable one
  --dry-run        print the commands and do nothing; needs neither nanoff nor a board
  --list           the boards
The variable NANOFF names another nanoff than the one on the path.
'@

function Fail([string] $text) { [Console]::Error.WriteLine("flash: $text"); exit 1 }
function Note([string] $text) { [Console]::Error.WriteLine("note: $text") }
function Say([string] $text) { [Console]::Out.WriteLine($text) }

# The value of a field in one line of boards.json.
function Field([string] $line, [string] $name) { [regex]::Match($line, '"' + $name + '": "([^"]*)"').Groups[1].Value }
function Ids { foreach ($entry in $boards) { if ($entry -match '"id": "' -and $entry -match '"no": ""') { Field $entry 'id' } } }

function Quote([string] $word) {
  if ($word -cmatch '^[A-Za-z0-9_./:=+-]+$') { $word } else { "'$word'" }
}

function Show([string[]] $words) {
  $quoted = foreach ($word in $words) { Quote $word }
  Say ($quoted -join ' ')
}

# Runs nanoff; $script:code is its exit code. Its output is neither piped nor kept: it moves the cursor, which Windows refuses it then.
function Run([string[]] $words) {
  Show (@('nanoff') + $words)
  $script:code = 0
  if ($dry) { return }
  & $nanoff @words
  $script:code = $LASTEXITCODE
}

# What nanoff says, lines joined; $script:code is its exit code. Its standard error is no error of this script.
function Ask([string[]] $words) {
  $ErrorActionPreference = 'Continue'
  $lines = & $nanoff @words 2>&1 | ForEach-Object { "$_" }
  $script:code = $LASTEXITCODE
  $lines -join "`n"
}

function Absolute([string] $path) {
  if ($path -match '^(/|[A-Za-z]:)') { $path } else { $here.CurrentFileSystemLocation.ProviderPath.TrimEnd('/', '\') + '/' + $path }
}

$again = 'hold BOOT, tap RESET, release BOOT and try again; the port may have another name then'

function Test-Nanoff {
  $pins = "$($boards -match '"least"')"
  $least = Field $pins 'least'
  $below = Field $pins 'below'
  $install = "dotnet tool install -g nanoff --version $least"
  if (-not (Get-Command $nanoff -ErrorAction SilentlyContinue)) { Fail "nanoff is not installed: $install, then open a new terminal." }
  $version = [regex]::Match((Ask @('--version')), '[0-9]+\.[0-9]+\.[0-9]+').Value
  if (-not $version) { Fail "nanoff did not tell its version: $install." }
  # From version 3 on nanoff takes verbs instead of options.
  if ([version] $version -lt [version] $least -or [version] $version -ge [version] "$below.0") {
    Fail "nanoff $least or newer, below $below, expected, got ${version}: dotnet tool uninstall -g nanoff, then $install."
  }
}

function Test-Port {
  if ($windows) {
    $there = [IO.Ports.SerialPort]::GetPortNames()
    if ($there -contains $port) { return }
  }
  else {
    if ($port -match '^COM' -or [IO.File]::Exists($port)) { return }
    $there = foreach ($pattern in 'ttyACM*', 'ttyUSB*', 'cu.usb*') { [IO.Directory]::GetFiles('/dev', $pattern) }
  }
  $found = if ($there) { "these do: $($there -join ' ')" } else { 'none does: use a USB cable that carries data' }
  Fail "port $port does not exist; $found."
}

function Test-Image {
  if (-not [IO.File]::Exists($image)) {
    Fail "image $image is missing: dotnet build -c Release firmware/Wearable.Esp32/Wearable.Esp32.nfproj, or name another with --image FILE."
  }
  $bytes = [IO.File]::ReadAllBytes($image)
  if ($bytes.Length -lt 6 -or [Text.Encoding]::ASCII.GetString($bytes, 0, 6) -cne 'NFMRK1') {
    Fail "image $image is no nanoFramework 1.x deployment image: it does not begin with NFMRK1."
  }
  if ($bytes.Length -gt [int] $space) { Fail "image $image has $($bytes.Length) bytes, $board takes $space." }
}

function Test-Device {
  foreach ($name in 'files.json', 'network.json', 'wearable.json') {
    if (-not [IO.File]::Exists("$device/$name")) {
      Fail "$device/$name is missing: make the folder with dotnet run --project gateway/Wearable.Gateway -- device add."
    }
  }
}

# nanoff does not compare the target with the chip when the target is named. With a platform and no operation it only connects and says what is
# there; --devicedetails would write a test program over the runtime.
function Test-Chip {
  $words = @('--platform', 'esp32', '--serialport', $port)
  Show (@('nanoff') + $words)
  if ($dry) { return }
  $said = Ask $words
  if ($script:code -ne 0) {
    $last = @($said.Split([char]10) -match '\S')[-1]
    Fail "no board answers on ${port}: hold BOOT, tap RESET, release BOOT and try again (nanoff: $last)."
  }
  $found = [regex]::Match($said, '(?m)^Connected to:\s*?\n(\S+)').Groups[1].Value
  if (-not $found) { Note "nanoff did not say which chip is on $port, going on with $chip" }
  elseif ($found -cne $chip) { Fail "board $board has an $chip, on $port is an ${found}: choose another --board, $PSCommandPath --list shows them." }
}

for ($i = 0; $i -lt $args.Count; $i++) {
  $option = "$($args[$i])"
  if ($option -cin '--board', '--port', '--image', '--device', '--fwversion', '--only') {
    if ($i + 1 -ge $args.Count) { Fail "$option wants a value, see --help." }
    $i++
    switch -CaseSensitive ($option) {
      '--board' { $board = "$($args[$i])" }
      '--port' { $port = "$($args[$i])" }
      '--image' { $image = "$($args[$i])" }
      '--device' { $device = "$($args[$i])" }
      '--fwversion' { $fwversion = "$($args[$i])" }
      '--only' { $only = "$($args[$i])" }
    }
  }
  elseif ($option -ceq '--masserase') { $masserase = $true }
  elseif ($option -ceq '--dry-run') { $dry = $true }
  elseif ($option -ceq '--list') { foreach ($id in Ids) { Say $id }; exit 0 }
  elseif ($option -cin '--help', '-h') { Say $usage; exit 0 }
  else { Fail "option $option is not known, see --help." }
}

$known = (Ids) -join ' '
if (-not $board) { Fail "which board? --board ID, one of: $known." }
$line = "$(foreach ($entry in $boards) { if ($entry.Contains('"id": "' + $board + '",')) { $entry } })"
if (-not $line) { Fail "board $board is not known, one of these expected: $known." }
if (Field $line 'no') { Fail "board $board cannot run this firmware: $(Field $line 'no')." }
if (-not $port) { Fail 'which port? --port PORT, as /dev/ttyACM0 or COM5.' }
if ($only -cnotin '', 'runtime', 'app', 'settings') { Fail "--only: runtime, app or settings expected, got $only." }
if ($only -ceq 'settings' -and -not $device) { Fail '--only settings wants --device DIR.' }
if ($masserase -and $only -and $only -cne 'runtime') { Fail "--masserase comes with the runtime, not with --only $only." }
$target = Field $line 'target'; $chip = Field $line 'chip'; $address = Field $line 'address'; $space = Field $line 'space'
$image = if ($image) { Absolute $image } else { [IO.Path]::GetDirectoryName($PSScriptRoot) + '/' + $built }
if ($device) { $device = Absolute $device }
if (Field $line 'note') { Note (Field $line 'note') }
if ($masserase -and -not $device) { Note '--masserase erases Wi-Fi and identity too and no --device DIR follows' }

if (-not $dry) {
  Test-Nanoff
  Test-Port
  if ($only -cin '', 'app') { Test-Image }
  if ($device) { Test-Device }
}

if ($only -cne 'settings') { Test-Chip }
if ($only -cin '', 'runtime') {
  $words = @('--update', '--target', $target, '--serialport', $port)
  if ($masserase) { $words += '--masserase' }
  if ($fwversion) { $words += '--fwversion', $fwversion }
  Run $words
  if ($script:code -ne 0) { Fail "the runtime was not written, nanoff says why above; $again." }
}
# Not in one command with --update: that ignores --address and writes to 0x1B0000 on every chip.
if ($only -cin '', 'app') {
  $words = @('--target', $target, '--serialport', $port, '--deploy', '--image', $image, '--address', $address)
  Run $words
  if ($script:code -ne 0) { Fail "the firmware was not written, nanoff says why above; $again, with --only app." }
}
# Last, over the running runtime: a board that needs its buttons for flashing then needs one reset only. files.json names its file without a
# folder, so that the device folder may be moved; nanoff reads it from where it is started.
if ($device -and $only -cin '', 'settings') {
  $words = @('--serialport', $port, '--filedeployment', 'files.json', '--networkdeployment', 'network.json')
  Show @('cd', $device)
  Show (@('nanoff') + $words)
  if (-not $dry) {
    $before = $here.CurrentFileSystemLocation.ProviderPath
    [void] $here.SetLocation($device)
    $said = Ask $words
    [void] $here.SetLocation($before)
    Say $said
    # A file that could not be written is reported in words only: the exit code stays 0.
    if ($script:code -ne 0 -or $said -cmatch 'Error deploying|Exception deploying') {
      Fail 'the settings were not written, nanoff says why above; tap RESET and try again with --only settings.'
    }
  }
}
if (-not $dry) {
  Say 'Done: tap RESET.'
  if ($device) { Say "$device holds the Wi-Fi password and the device's own: delete it when the device works." }
}
exit 0
