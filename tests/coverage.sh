#!/bin/bash
# Goal of this test: of the branches of reconciler/core, where everything is decided, its own tests
# and a few random worlds take at least 95 in a hundred.  Usage: coverage.sh BUILD-FOLDER
#
# The build was made with the preset "coverage" and has at least the target core-coverage.  The
# table by file is printed and left in BUILD-FOLDER/coverage.txt; COVERAGE_HTML=page.html also
# writes pages that show every line.
set -euo pipefail
build=$(cd "$1" && pwd)
. "$(dirname "$0")/lint/files.sh"
need gcovr ctest

find "$build" -name '*.gcda' -delete
ctest --test-dir "$build" --tests-regex '^(core\.|sim\.random$)' --no-tests=error \
    --output-on-failure --parallel 2 >"$build/coverage.log" 2>&1 ||
    { cat "$build/coverage.log"; exit 1; }

code=0
gcovr --root . --object-directory "$build" --filter 'reconciler/core/' --branches \
    --sort-uncovered --fail-under-branch 95 ${COVERAGE_HTML:+--html-details "$COVERAGE_HTML"} \
    --txt "$build/coverage.all" "$build" || code=$?
grep -vE '^-+$|^Directory:' "$build/coverage.all" | tee "$build/coverage.txt"
exit "$code"
