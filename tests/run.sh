#!/bin/bash
# tests/run.sh - sets up what the tests need on Debian 12, builds, and runs all of them.
#
# Usage: tests/run.sh [CTEST-OPTION…]        e.g. tests/run.sh -L unit,  tests/run.sh -R e2e.20
#
# Four builds below build/: gcc with sanitizers (its tests are what ctest runs), clang with
# sanitizers, core with gcov, and the release, which the end-to-end tests use.  As root, missing
# packages are installed with apt-get; without root it says what is missing.  What cannot run is
# skipped loudly; with CI=true a skip is a failure.  It ends with the coverage of core, if that was
# measured, and ctest's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=../examples/lib/common.sh
. examples/lib/common.sh
# shellcheck source=../examples/lib/engine.sh
. examples/lib/engine.sh
# shellcheck source=../examples/lib/install.sh
. examples/lib/install.sh

cleanup() {
    local code=$? tests pid
    trap - EXIT
    trap '' INT TERM
    if [[ -n ${ctest_pid:-} ]]; then # interrupted: the tests under way clean up after themselves
        tests=$(children "$ctest_pid")
        end_process "$ctest_pid" 10 || true
        for pid in $tests; do kill -TERM "$pid" 2>/dev/null || true; done
        for pid in $tests; do end_process "$pid" 60 || true; done
    fi
    E2E_ENGINE_FILE=$PWD/build/debug/tests/e2e/engine tests/e2e/engine-stop.sh || true
    exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

headline() { printf '\n=== %s\n' "$*"; }

headline 'What is needed'
install_missing "$NEED_TO_BUILD" "$NEED_TO_RUN" "$NEED_FOR_ENGINE" "$NEED_FOR_TESTS" || {
    [[ ${CI:-} != true ]] || die 'CI=true: nothing may be missing'
    warn '=================== Tests that need these are SKIPPED'
}

build() { # PRESET TARGET [OPTION…]
    local preset=$1 target=$2
    shift 2
    headline "Building: $preset"
    if ! { cmake --preset "$preset" -DBUILD_TESTING=ON "$@" &&
        cmake --build "build/$preset" --target "$target" --parallel "$(nproc)" -- -k 0; } >"build/$preset.log" 2>&1; then
        grep -E -A 8 'error:|Error|undefined reference' "build/$preset.log" || tail -n 60 "build/$preset.log"
        die "build $preset failed"
    fi
    tail -n 1 "build/$preset.log"
}
mkdir -p build
build release all
clang=''
if command -v clang >/dev/null; then
    build clang all
    clang=$PWD/build/clang
fi
build coverage core-coverage
build debug all -DAVR_RELEASE_BUILD="$PWD/build/release" -DAVR_CLANG_BUILD="$clang" \
    -DAVR_COVERAGE_BUILD="$PWD/build/coverage" \
    -DAVR_E2E_PROGRAM="$PWD/build/release/avr-reconciler" \
    -DAVR_E2E_MINI_AVR="$PWD/build/release/examples/mini-avr/mini-avr"

# Hands ctest's output on, with the table of coverage before its summary.
with_coverage() { # TABLE
    local line
    trap '' INT TERM # ends when ctest has
    while IFS= read -r line; do
        if [[ $line =~ ^[0-9]+%\ tests\ passed && -s $1 ]]; then cat "$1" && echo; fi
        printf '%s\n' "$line"
    done
}

headline 'Tests'
rm -f build/coverage/coverage.txt
exec {out}> >(with_coverage build/coverage/coverage.txt)
reader_pid=$!
# Four at a time on two processors: end-to-end tests mostly wait.
ctest --test-dir build/debug --output-on-failure --parallel 4 "$@" >&"$out" 2>&1 {out}>&- &
ctest_pid=$!
exec {out}>&-
code=0
wait "$ctest_pid" || code=$?
ctest_pid=''
wait "$reader_pid" || true
exit "$code"
