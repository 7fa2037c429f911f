#!/bin/bash
# Goal of this test: clang-tidy, set by .clang-tidy, finds nothing in any file that is compiled.
# Usage: tidy.sh BUILD-FOLDER
set -euo pipefail
build=$(cd "$1" && pwd)
. "$(dirname "$0")/files.sh"
need clang-tidy jq

here=$(pwd)
jq -r '.[].file' "$build/compile_commands.json" | sort -u | grep "^$here/" |
    grep -v "^$build/" >"$build/tidy.list"
echo "$(wc -l <"$build/tidy.list") files"
# gcc's own options mean nothing to clang; everything else is as it was compiled.
mkdir -p "$build/tidy"
sed -E 's/ -W(duplicated-cond|logical-op|trampolines)//g; s/ -fsanitize=[a-z,]+//g; s/ -fno-sanitize-recover=all//g; s/ -specs=[^ ]+//g' \
    "$build/compile_commands.json" >"$build/tidy/compile_commands.json"
# Only what it says of the code; not how many warnings it did not show.
if xargs -r -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build/tidy" --warnings-as-errors='*' \
    <"$build/tidy.list" >"$build/tidy/findings" 2>"$build/tidy/errors"; then
    echo 'nothing found'
else
    cat "$build/tidy/findings"
    grep -E '[Ee]rror' "$build/tidy/errors" >&2 || true
    exit 1
fi
