#!/bin/bash
# Goal of this test: of the branches of the pure rooms (core, doctor, render), where everything is
# decided and said, their own tests and a few random worlds take at least 95 in a hundred.
# Usage: coverage.sh BUILD-FOLDER
#
# The build was made with the preset "coverage" and has at least the target core-coverage.  The
# table by file is printed and left in BUILD-FOLDER/coverage.txt; COVERAGE_HTML=page.html also
# writes pages that show every line.
set -euo pipefail
build=$(cd "$1" && pwd)
. "$(dirname "$0")/lint/files.sh"
need gcovr ctest

find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" --tests-regex '^((core|doctor|render)\.|sim\.random$)' --no-tests=error \
    --output-on-failure --parallel 2 >"$build/coverage.log" 2>&1 ||
    { cat "$build/coverage.log"; exit 1; }

code=0
gcovr --root . --object-directory "$build" --filter 'reconciler/(core|doctor|render)/' --branches \
    --sort-uncovered --fail-under-branch 95 ${COVERAGE_HTML:+--html-details "$COVERAGE_HTML"} \
    --txt "$build/coverage.all" "$build" || code=$?
grep -vE '^-+$|^Directory:' "$build/coverage.all" | tee "$build/coverage.txt"
exit "$code"
