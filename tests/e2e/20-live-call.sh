#!/bin/bash
# Goal of this test: a live call goes on to its end on the old container while new calls already hear the new
# greeting; the old container goes when the call has ended.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
old=$(box_id "$STS")
call_place first "$AGENT" 300
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
rec_start apply --progress json

eventually 60 replaced "$STS" "$old" || fail 'the new container did not take over'
step 'a second call beside the first'
expect_greeting "$AGENT" 'Hi v2'
expect_call_up first
expect_state "$old" running
call_heard first | grep -q 'Hi v2' && fail 'the first call heard the new greeting'
step 'the first call outlasts the soak and the quiet wait'
rec_says 'waiting for [0-9]+ call' 30
docker inspect -f '{{.Name}}' "$old" | grep -q '^/avrd-drain-' || fail 'the old container keeps its name'
alive "$REC" || fail 'apply did not wait for the call'
expect_call_up first
call_hang_up first
rec_wait 60
expect_equal "$CODE" 0 'exit of apply'
expect_gone "$old"
expect_in_sync
expect_greeting "$AGENT" 'Hi v2'
