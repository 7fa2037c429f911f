#!/bin/bash
# Goal of this test: the systemd unit is one systemd takes without a word, and leaves the service
# little to reach: an exposure of at most 2.0 of 10.
set -euo pipefail
. "$(dirname "$0")/files.sh"
need systemd-analyze
unit=examples/systemd/avr-reconciler.service
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program need not be installed to look at its unit.
sed 's|^ExecStart=avr-reconciler |ExecStart=/bin/true |' "$unit" >"$work/avr-reconciler.service"
systemd-analyze verify --man=no "$work/avr-reconciler.service" >"$work/words" 2>&1 || echo 'it was refused'
cat "$work/words"
[[ ! -s $work/words ]]

systemd-analyze security --offline=true --no-pager --threshold=20 "$unit" >"$work/exposure" ||
    { grep '^✗' "$work/exposure"; tail -n 1 "$work/exposure"; exit 1; }
tail -n 1 "$work/exposure"
