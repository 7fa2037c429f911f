#!/bin/bash
# Goal of this test: no room includes a room it must not know (DESIGN.md, rooms), and the check
# itself still finds a breach.
set -euo pipefail
. "$(dirname "$0")/files.sh"

awk -f tests/lint/layers.awk reconciler/*/*.[ch]

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir "$room/core"
printf '#include "net/http.h"\n' >"$room/core/breach.c"
if awk -f tests/lint/layers.awk "$room/core/breach.c" >/dev/null; then
    echo "layers.awk did not find core including net"
    exit 1
fi
