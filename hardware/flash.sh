#!/usr/bin/env bash
# Puts the runtime, the firmware and one device's settings on a board, with nanoff 2.5 (https://github.com/nanoframework/nanoFirmwareFlasher).
# flash.ps1 is the same script for PowerShell: a test holds both to the same commands. Boards: boards.json, one a line.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
boards=$folder/boards.json
built=firmware/Wearable.Esp32/bin/Release/Wearable.Esp32.bin
nanoff=${NANOFF:-nanoff}
board='' port='' image='' device='' fwversion='' only='' masserase=0 dry=0

usage() {
  cat <<'TEXT'
flash.sh --board ID --port PORT [options]
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
TEXT
}

fail() { printf '%s\n' "flash: $1" >&2; exit 1; }
note() { printf '%s\n' "note: $1" >&2; }

# The value of a field in one line of boards.json.
field() { printf '%s\n' "$1" | sed -n "s/.*\"$2\": \"\([^\"]*\)\".*/\1/p"; }
ids() { sed -n 's/.*"id": "\([^"]*\)".*"no": "".*/\1/p' "$boards" | paste -sd ' ' -; }

quote() {
  case $1 in
    '' | *[!A-Za-z0-9_./:=+-]*) printf "'%s'" "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

show() {
  local line='' word
  for word in "$@"; do line="$line${line:+ }$(quote "$word")"; done
  printf '%s\n' "$line"
}

run() {
  show nanoff "$@"
  if [ "$dry" = 1 ]; then return; fi
  "$nanoff" "$@"
}

again="hold BOOT, tap RESET, release BOOT and try again; the port may have another name then"

absolute() {
  case $1 in
    /* | [A-Za-z]:*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

# 0 when dotted number $1 is at least $2.
at_least() {
  local IFS=. i
  # shellcheck disable=SC2206
  local have=($1) want=($2)
  for i in 0 1 2; do
    if [ "${have[$i]:-0}" -gt "${want[$i]:-0}" ]; then return 0; fi
    if [ "${have[$i]:-0}" -lt "${want[$i]:-0}" ]; then return 1; fi
  done
}

check_nanoff() {
  local least below version install
  least=$(sed -n 's/.*"least": "\([^"]*\)".*/\1/p' "$boards")
  below=$(sed -n 's/.*"below": "\([^"]*\)".*/\1/p' "$boards")
  install="dotnet tool install -g nanoff --version $least"
  command -v "$nanoff" >/dev/null 2>&1 || fail "nanoff is not installed: $install, then open a new terminal."
  version=$("$nanoff" --version 2>&1 | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 || true)
  [ -n "$version" ] || fail "nanoff did not tell its version: $install."
  # From version 3 on nanoff takes verbs instead of options.
  if ! at_least "$version" "$least" || at_least "$version" "$below"; then
    fail "nanoff $least or newer, below $below, expected, got $version: dotnet tool uninstall -g nanoff, then $install."
  fi
}

check_port() {
  case $port in
    COM*) return ;;
  esac
  if [ ! -e "$port" ]; then
    local found
    found=$(ls /dev/ttyACM* /dev/ttyUSB* /dev/cu.usb* 2>/dev/null | paste -sd ' ' - || true)
    if [ -n "$found" ]; then found="these do: $found"; else found="none does: use a USB cable that carries data"; fi
    fail "port $port does not exist; $found."
  fi
  if [ ! -r "$port" ] || [ ! -w "$port" ]; then
    fail "port $port may not be opened by you: sudo usermod -aG dialout \$USER, then sign in again."
  fi
}

check_image() {
  if [ ! -f "$image" ]; then
    fail "image $image is missing: dotnet build -c Release firmware/Wearable.Esp32/Wearable.Esp32.nfproj, or name another with --image FILE."
  fi
  if [ "$(head -c 6 "$image" | tr -d '\0')" != NFMRK1 ]; then
    fail "image $image is no nanoFramework 1.x deployment image: it does not begin with NFMRK1."
  fi
  local size
  size=$(wc -c <"$image" | tr -d ' ')
  if [ "$size" -gt "$space" ]; then
    fail "image $image has $size bytes, $board takes $space."
  fi
}

check_device() {
  local name
  for name in files.json network.json wearable.json; do
    [ -f "$device/$name" ] || fail "$device/$name is missing: make the folder with dotnet run --project gateway/Wearable.Gateway -- device add."
  done
}

# nanoff does not compare the target with the chip when the target is named. With a platform and no operation it only connects and says what is
# there; --devicedetails would write a test program over the runtime.
check_chip() {
  show nanoff --platform esp32 --serialport "$port"
  if [ "$dry" = 1 ]; then return; fi
  local said found
  said=$("$nanoff" --platform esp32 --serialport "$port" 2>&1) ||
    fail "no board answers on $port: hold BOOT, tap RESET, release BOOT and try again (nanoff: $(printf '%s\n' "$said" | grep -v '^[[:space:]]*$' | tail -n 1))."
  found=$(printf '%s\n' "$said" | tr -d '\r' | awk '/^Connected to:/ { getline; print $1; exit }')
  if [ -z "$found" ]; then
    note "nanoff did not say which chip is on $port, going on with $chip"
  elif [ "$found" != "$chip" ]; then
    fail "board $board has an $chip, on $port is an $found: choose another --board, $0 --list shows them."
  fi
}

while [ $# -gt 0 ]; do
  case $1 in
    --board | --port | --image | --device | --fwversion | --only)
      [ $# -ge 2 ] || fail "$1 wants a value, see --help."
      case $1 in
        --board) board=$2 ;;
        --port) port=$2 ;;
        --image) image=$2 ;;
        --device) device=$2 ;;
        --fwversion) fwversion=$2 ;;
        --only) only=$2 ;;
      esac
      shift ;;
    --masserase) masserase=1 ;;
    --dry-run) dry=1 ;;
    --list) for board in $(ids); do echo "$board"; done; exit 0 ;;
    --help | -h) usage; exit 0 ;;
    *) fail "option $1 is not known, see --help." ;;
  esac
  shift
done

[ -n "$board" ] || fail "which board? --board ID, one of: $(ids)."
line=$(grep -F "\"id\": \"$board\"," "$boards" || true)
[ -n "$line" ] || fail "board $board is not known, one of these expected: $(ids)."
[ -z "$(field "$line" no)" ] || fail "board $board cannot run this firmware: $(field "$line" no)."
[ -n "$port" ] || fail "which port? --port PORT, as /dev/ttyACM0 or COM5."
case $only in
  '' | runtime | app) ;;
  settings) [ -n "$device" ] || fail "--only settings wants --device DIR." ;;
  *) fail "--only: runtime, app or settings expected, got $only." ;;
esac
if [ "$masserase" = 1 ] && [ -n "$only" ] && [ "$only" != runtime ]; then
  fail "--masserase comes with the runtime, not with --only $only."
fi
target=$(field "$line" target) chip=$(field "$line" chip) address=$(field "$line" address) space=$(field "$line" space)
if [ -n "$image" ]; then image=$(absolute "$image"); else image=$(dirname "$folder")/$built; fi
if [ -n "$device" ]; then device=$(absolute "$device"); fi
if [ -n "$(field "$line" note)" ]; then note "$(field "$line" note)"; fi
if [ "$masserase" = 1 ] && [ -z "$device" ]; then note "--masserase erases Wi-Fi and identity too and no --device DIR follows"; fi

if [ "$dry" = 0 ]; then
  check_nanoff
  check_port
  if [ -z "$only" ] || [ "$only" = app ]; then check_image; fi
  if [ -n "$device" ]; then check_device; fi
fi

if [ "$only" != settings ]; then check_chip; fi
if [ -z "$only" ] || [ "$only" = runtime ]; then
  set -- --update --target "$target" --serialport "$port"
  if [ "$masserase" = 1 ]; then set -- "$@" --masserase; fi
  if [ -n "$fwversion" ]; then set -- "$@" --fwversion "$fwversion"; fi
  run "$@" || fail "the runtime was not written, nanoff says why above; $again."
fi
# Not in one command with --update: that ignores --address and writes to 0x1B0000 on every chip.
if [ -z "$only" ] || [ "$only" = app ]; then
  run --target "$target" --serialport "$port" --deploy --image "$image" --address "$address" ||
    fail "the firmware was not written, nanoff says why above; $again, with --only app."
fi
# Last, over the running runtime: a board that needs its buttons for flashing then needs one reset only. files.json names its file without a
# folder, so that the device folder may be moved; nanoff reads it from where it is started.
if [ -n "$device" ] && { [ -z "$only" ] || [ "$only" = settings ]; }; then
  show cd "$device"
  show nanoff --serialport "$port" --filedeployment files.json --networkdeployment network.json
  if [ "$dry" = 0 ]; then
    cd "$device"
    rc=0
    said=$("$nanoff" --serialport "$port" --filedeployment files.json --networkdeployment network.json 2>&1) || rc=$?
    printf '%s\n' "$said"
    # A file that could not be written is reported in words only: the exit code stays 0.
    case $said in
      *"Error deploying"* | *"Exception deploying"*) rc=1 ;;
    esac
    [ "$rc" = 0 ] || fail "the settings were not written, nanoff says why above; tap RESET and try again with --only settings."
  fi
fi
if [ "$dry" = 0 ]; then
  echo "Done: tap RESET."
  if [ -n "$device" ]; then echo "$device holds the Wi-Fi password and the device's own: delete it when the device works."; fi
fi
