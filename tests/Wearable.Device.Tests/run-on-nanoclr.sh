#!/bin/sh
# Runs the device tests on the nanoFramework interpreter, on this PC.
#
#   tests/Wearable.Device.Tests/run-on-nanoclr.sh                builds the .nfproj, then runs its .pe files
#   tests/Wearable.Device.Tests/run-on-nanoclr.sh --pe FOLDER    runs .pe files that lie there; builds nothing
#
# The interpreter is the program NANOCLR names, else the tool nanoclr (dotnet tool install -g nanoclr; Windows). On Linux and macOS build
# nf-interpreter's targets/posix and name build/posix/bin/nanoFramework.nanoCLR.test.
#
# Exit: 0 all passed; 1 a test failed, none ran or the interpreter did not finish; 2 wrong use or the build failed; 3 no interpreter here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
limit_s=${LIMIT_S:-300}
folder=

case "${1:-}" in
'') ;;
--pe)
    folder=${2:-}
    if [ ! -d "$folder" ]; then
        echo "run-on-nanoclr: --pe: a folder expected, got \"$folder\"." >&2
        exit 2
    fi
    ;;
*)
    echo "run-on-nanoclr: --pe FOLDER or nothing expected, got \"$1\"." >&2
    exit 2
    ;;
esac

interpreter=${NANOCLR:-$(command -v nanoclr || true)}
if [ -z "$interpreter" ]; then
    echo "run-on-nanoclr: nanoclr is not installed here, so the device tests were not run on the interpreter (install it with 'dotnet tool install -g nanoclr', or name an interpreter as NANOCLR=path)." >&2
    exit 3
fi
if [ ! -x "$interpreter" ]; then
    echo "run-on-nanoclr: NANOCLR: a program expected, got \"$interpreter\"." >&2
    exit 3
fi

if [ -z "$folder" ]; then
    dotnet build "$here/Wearable.Device.Tests.nfproj" -c Release -nologo -v quiet -clp:NoSummary || exit 2
    folder=$here/bin/Release
fi

# The launcher's .pe lies in its package when the project system did not copy it.
find_pe() {
    for candidate in "$folder/$1.pe" "$root"/packages/*/lib/"$1.pe"; do
        if [ -f "$candidate" ]; then
            echo "$candidate"
            return
        fi
    done
}

set --
for name in mscorlib nanoFramework.UnitTestLauncher nanoFramework.TestFramework nanoFramework.System.Text NFUnitTest; do
    pe=$(find_pe "$name")
    if [ -z "$pe" ]; then
        echo "run-on-nanoclr: $name.pe is neither in $folder nor in $root/packages." >&2
        exit 2
    fi
    set -- "$@" "$pe"
done

output=$(mktemp)
trap 'rm -f "$output"' EXIT
case "$(basename "$interpreter")" in
nanoclr*) "$interpreter" run --assemblies "$@" >"$output" 2>&1 & ;;
*) "$interpreter" "$@" >"$output" 2>&1 & ;;
esac
process=$!

# nanoclr stays after the program's end to be debugged, so the end is read from what it prints.
waited=0
while kill -0 "$process" 2>/dev/null && ! grep -q '^Done\.' "$output" && [ "$waited" -lt "$limit_s" ]; do
    sleep 1
    waited=$((waited + 1))
done
kill "$process" 2>/dev/null
wait "$process" 2>/dev/null

tr -d '\r' <"$output" | grep -E '^Test (failed|skipped),'
count() { tr -d '\r' <"$output" | grep -c "^Test $1,"; }
passed=$(count passed) failed=$(count failed) skipped=$(count skipped)
written=$(find "$here" -name '*.cs' -not -path '*/Pc/*' -not -path '*/obj/*' -exec grep -h '\[TestMethod\]' {} + | wc -l | tr -d ' ')
echo "device tests on $(basename "$interpreter"): $passed passed, $failed failed, $skipped skipped, of $written"
if ! grep -q '^Done\.' "$output"; then
    echo "run-on-nanoclr: the interpreter stopped or was stopped before the end; it last said: $(tr -d '\r' <"$output" | grep -v '^ *$' | tail -1)" >&2
    exit 1
fi
if [ "$((passed + failed + skipped))" -ne "$written" ]; then
    echo "run-on-nanoclr: $written tests are written, $((passed + failed + skipped)) ran." >&2
    exit 1
fi
[ "$failed" -eq 0 ]
