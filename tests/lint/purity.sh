#!/bin/bash
# Goal of this test: the core room is pure.  Its library may call itself, base (but not the log)
# and the functions in purity.allow: no file, clock, socket, process or memory of its own.
# Usage: purity.sh LIBCORE LIBBASE
set -euo pipefail
core=$1 base=$2
folder=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

defined() { nm --defined-only --format=posix "$@" 2>/dev/null | awk 'NF > 1 && $1 !~ /:$/ {print $1}'; }
{ defined "$core"; defined "$base" | grep -v '^log_'; } | sort -u >"$work/known"
nm --undefined-only --format=posix "$core" 2>/dev/null | awk 'NF > 1 && $1 !~ /:$/ {print $1}' |
    sort -u | comm -23 - "$work/known" >"$work/foreign"
grep -v '^#' "$folder/purity.allow" >"$work/allow"
grep -vxE -f "$work/allow" "$work/foreign" >"$work/bad" || true
echo "$(wc -l <"$work/foreign") symbols from outside, $(wc -l <"$work/bad") not allowed"
[[ ! -s $work/bad ]] || { sed 's/^/not allowed in core: /' "$work/bad"; exit 1; }
[[ -s $work/known ]] || { echo "the libraries are empty"; exit 1; }
