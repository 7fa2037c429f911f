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
shots=${3:+$(realpath "$3")}
export PAGE_FOLDER

# shellcheck source=tools.sh
. "$(dirname "$0")/tools.sh"

skip() {
    echo "=================== SKIPPED: page.browser: $*" >&2
    [[ ${CI:-} != true ]] || exit 1
    exit 77
}

page_tools "$2"
cd "$(dirname "$0")"
if [[ -n $shots ]]; then
    exec node shots.js "$shots"
fi
exec node --test page.test.js
