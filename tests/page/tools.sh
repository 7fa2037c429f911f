# shellcheck shell=bash
# tools.sh - what a test in a browser needs.  To be sourced by scripts that have skip().

# page_tools FOLDER: finds the browser, and has the packages in FOLDER; skips without them.
page_tools() {
    local here tool
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    for tool in chromium node npm; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
    CHROMIUM=$(command -v chromium)
    PAGE_MODULES=$(realpath -m "$1")
    export CHROMIUM PAGE_MODULES
    mkdir -p "$PAGE_MODULES"
    # The lock says what is installed, to the byte.  Two tests may want it at once.
    (
        flock 9
        ! cmp -s "$here/package-lock.json" "$PAGE_MODULES/installed.json" || exit 0
        cp "$here"/package{,-lock}.json "$PAGE_MODULES"
        cd "$PAGE_MODULES"
        npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || exit 1
        cp package-lock.json installed.json
    ) 9>"$PAGE_MODULES/lock" || {
        cat "$PAGE_MODULES/npm.log"
        skip 'npm ci failed'
    }
}
