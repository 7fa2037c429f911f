#!/bin/bash
# Goal of this test: the page shows what is so, in a real browser: every state, every question,
# both themes and languages, at 390 px, without a service, without a mouse, within its 10 KB.
#
# Usage: run.sh PAGE-FOLDER WORK-FOLDER              runs the tests
#        run.sh PAGE-FOLDER WORK-FOLDER SHOTS-FOLDER writes the pictures of the README
#
# PAGE-FOLDER holds the page as it is served: BUILD/page.
set -euo pipefail
PAGE_FOLDER=$(realpath "$1")
PAGE_MODULES=$(realpath -m "$2")
shots=${3:+$(realpath "$3")}
export PAGE_FOLDER PAGE_MODULES
cd "$(dirname "$0")"

skip() {
    echo "=================== SKIPPED: page.browser: $*" >&2
    [[ ${CI:-} != true ]] || exit 1
    exit 77
}

for tool in chromium node npm; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
CHROMIUM=$(command -v chromium)
export CHROMIUM

# The lock says what is installed, to the byte.
if ! cmp -s package-lock.json "$PAGE_MODULES/installed.json"; then
    mkdir -p "$PAGE_MODULES"
    cp package.json package-lock.json "$PAGE_MODULES"
    (cd "$PAGE_MODULES" && npm ci --ignore-scripts --no-audit --no-fund) >"$PAGE_MODULES/npm.log" 2>&1 || {
        cat "$PAGE_MODULES/npm.log"
        skip 'npm ci failed'
    }
    cp package-lock.json "$PAGE_MODULES/installed.json"
fi
if [[ -n $shots ]]; then
    exec node shots.js "$shots"
fi
exec node --test page.test.js
