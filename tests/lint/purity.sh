#!/bin/bash
# Goal of this test: the rooms that decide, find faults and show are pure.  Their libraries may call
# each other, base and the functions in purity.allow: no file, clock, socket, process or memory of
# their own.  Usage: purity.sh LIBBASE PURE-LIBRARY…
set -euo pipefail
base=$1
shift
folder=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

defined() { nm --defined-only --format=posix "$@" 2>/dev/null | awk 'NF > 1 && $1 !~ /:$/ {print $1}'; }
defined "$base" "$@" | sort -u >"$work/known"
nm --undefined-only --format=posix "$@" 2>/dev/null | awk 'NF > 1 && $1 !~ /:$/ {print $1}' |
    sort -u | comm -23 - "$work/known" >"$work/foreign"
grep -v '^#' "$folder/purity.allow" >"$work/allow"
grep -vxE -f "$work/allow" "$work/foreign" >"$work/bad" || true
echo "$(wc -l <"$work/foreign") symbols from outside, $(wc -l <"$work/bad") not allowed"
[[ ! -s $work/bad ]] || { sed 's/^/not allowed in a pure room: /' "$work/bad"; exit 1; }
[[ -s $work/known ]] || { echo "the libraries are empty"; exit 1; }
