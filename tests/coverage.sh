#!/bin/bash
# Builds with gcov, runs the unit tests and the simulations, and prints the coverage of
# reconciler/core.  Fails below 95 % of its branches.
#
#     tests/coverage.sh [BUILD]     default: build/coverage
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/coverage}

if ! command -v gcovr >/dev/null; then
    echo "SKIPPED: no gcovr" >&2
    exit 77
fi
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DAVR_COVERAGE=ON >/dev/null
cmake --build "$build"
find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" --label-regex 'unit|sim' --label-exclude 'valgrind|clang' \
    --output-on-failure --parallel "$(nproc)"

# Branches that only a fatal error takes are no branches of the rules: abort() and out of memory.
gcovr --root . --object-directory "$build" --filter 'reconciler/core/' \
    --exclude-unreachable-branches --exclude-throw-branches --gcov-ignore-parse-errors \
    --print-summary --fail-under-branch 95 --sort-uncovered \
    ${COVERAGE_HTML:+--html-details "$COVERAGE_HTML"} "$build"
