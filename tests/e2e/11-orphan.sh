#!/bin/bash
# Goal of this test: an agent that is gone from the database is kept and reported, whatever apply does, until
# somebody asks for apply --prune.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Day desk' 'Hi day'
day=$AGENT
agent_new_sts 'Night desk' 'Hi night'
expect_in_sync
sts=$(box_id "$STS")

step 'the agent disappears'
db "DELETE FROM agent WHERE id = '$AGENT'"
code=0
rec diff -o json >"$W/orphan.out" || code=$?
((code == 0 || code == 2)) || fail "diff with an orphan gave exit $code"
OUT=$(<"$W/orphan.out")
expect_json "any(.agents[]; .id == \"$AGENT\" and .verdict == \"orphan\")"
rec status >"$W/status.out" 2>&1 || true
grep -qi orphan "$W/status.out" || fail 'status does not report it'
expect_exit 0 rec apply
expect_equal "$(box_id "$STS")" "$sts" 'the orphan after an apply'
expect_serves "$CORE"

step 'prune'
expect_exit 0 rec apply --prune -y
expect_gone "$STS"
expect_gone "$CORE"
expect_serves "avr-sts-$day"
expect_serves "avr-core-$day"
expect_in_sync
