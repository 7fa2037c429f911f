#!/bin/bash
# Goal of this test: logs --follow goes on to the container that takes another's place, and ends with 0 when
# somebody leaves.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
expect_in_sync

step 'it goes on while the agent is replaced'
rec_start logs 'Night desk' sts --follow
followed=$REC
eventually 20 rec_said "^==> sts  $STS \(live\) <==" || fail 'the lines of the live one are not shown'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
old=$(box_id "$STS")
expect_exit 0 rec apply
replaced "$STS" "$old" || fail 'it was not replaced'
eventually 20 rec_said "another container is $STS now" || fail 'the successor is not followed'

step 'to leave it is its usual end, and no failure'
kill -INT "$followed"
rec_wait 20
expect_equal "$CODE" 0 'the exit code'
