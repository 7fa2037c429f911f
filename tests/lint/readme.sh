#!/bin/bash
# The reference of all keys in README.md, and specs/schema.json, are what the program prints.
# Usage: readme.sh AVR-RECONCILER [--write]
set -euo pipefail
program=$1
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

begin='<!-- begin: avr-reconciler schema --markdown -->'
end='<!-- end -->'
"$program" schema --markdown >"$work/reference"
awk -v begin="$begin" -v end="$end" -v file="$work/reference" '
    $0 == end { inside = 0 }
    !inside { print }
    $0 == begin { inside = 1; print ""; while ((getline line < file) > 0) print line; print "" }
' README.md >"$work/README.md"
"$program" schema >"$work/schema.json"

if [[ ${2:-} == --write ]]; then
    cp "$work/README.md" README.md
    cp "$work/schema.json" specs/schema.json
    exit
fi
diff -u README.md "$work/README.md"
diff -u specs/schema.json "$work/schema.json"
