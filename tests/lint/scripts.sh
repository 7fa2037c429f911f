#!/bin/bash
# Goal of this test: shellcheck has nothing to say about any script, and each is strict.
set -euo pipefail
. "$(dirname "$0")/files.sh"
need shellcheck

mapfile -t scripts < <({ project_files '*.sh'; project_files '*' | xargs -r grep -lE '^#!/bin/(ba)?sh' --; } |
    grep -v '\.md$' | sort -u)
# SC2317 takes functions that are called by name, or by a trap, for unreachable.
printf '%s\0' "${scripts[@]}" |
    xargs -0 -P "$(nproc)" -n 6 shellcheck -x -P SCRIPTDIR -e SC2317
bad=0
for script in "${scripts[@]}"; do
    # Files to be sourced take the strictness of whoever sources them.
    [[ $(head -c 2 "$script") == '#!' ]] || continue
    strict='set -euo pipefail'
    [[ $(head -n 1 "$script") != '#!/bin/sh' ]] || strict='set -eu'
    grep -qxF "$strict" "$script" || { echo "$script: no '$strict'"; bad=1; }
    [[ -x $script ]] || { echo "$script: is not executable"; bad=1; }
done
echo "${#scripts[@]} scripts"
exit "$bad"
