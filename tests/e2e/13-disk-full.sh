#!/bin/bash
# Goal of this test: with no space left under the engine an apply fails before it touches what serves, and says so;
# with space again it goes through.  (The engine's data is on a small loop file system.)
set -euo pipefail
OWN_ENGINE=1
. "$(dirname "$0")/lib.sh"

if ! { [[ -e /dev/loop-control ]] && command -v mkfs.ext4 >/dev/null; }; then
    skip 'no loop devices or no mkfs.ext4 here'
fi
truncate -s 160M "$WORK/disk"
mkfs.ext4 -q -m 0 -O '^has_journal' "$WORK/disk"
mkdir -p "$WORK/engine/data"
mount -o loop "$WORK/disk" "$WORK/engine/data" || skip 'a loop file system cannot be mounted here'
own_engine
world main
agent_new_sts 'Night desk' 'Hi v1'
expect_in_sync
sts=$(box_id "$STS")

step 'the disk fills up'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
dd if=/dev/zero of="$WORK/engine/data/filler" bs=1M 2>/dev/null || true
dd if=/dev/zero of="$WORK/engine/data/filler2" bs=1k 2>/dev/null || true
code=0
rec apply >"$W/full.out" 2>&1 || code=$?
((code == 1 || code == 4 || code == 6)) || fail "apply on a full disk gave exit $code"
grep -qiE 'no space|disk|full' "$W/full.out" || fail 'the reason is not reported'
expect_equal "$(box_id "$STS")" "$sts" 'the container that serves'
expect_serves "$STS"
expect_greeting "$AGENT" 'Hi v1'

step 'there is space again'
rm -f "$WORK/engine/data/filler" "$WORK/engine/data/filler2"
expect_exit 0 rec apply
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2'
expect_in_sync
expect_greeting "$AGENT" 'Hi v2'
