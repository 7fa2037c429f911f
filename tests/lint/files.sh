# shellcheck shell=bash
# files.sh - which files the lints look at.  To be sourced; changes into the project's top folder.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

need() { # TOOL…: without them the lint is skipped
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null && continue
        echo "=================== SKIPPED: $(basename "$0"): $tool is not installed" >&2
        [[ ${CI:-} != true ]] || exit 1
        exit 77
    done
}

# project_files [PATTERN…]: tracked files and new ones, without what .gitignore names.
project_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard -- "$@" |
            while read -r file; do [[ ! -f $file ]] || printf '%s\n' "$file"; done
    else
        local pattern
        for pattern in "${@:-*}"; do
            find . \( -name build -o -name .git \) -prune -o -type f -name "${pattern##*/}" -print
        done | sed 's|^\./||' | sort -u
    fi
}
