#!/bin/bash
# Goal of this test: under the service a live call goes on to its end while settings change twice, although the service
# itself is stopped and started again meanwhile; every old container goes when its own calls have ended.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

drains() { slot_boxes "$STS" | grep -c '^avrd-drain-' || true; }
has_drains() { [[ $(drains) == "$1" ]]; }

agent_new_sts 'Night desk' 'Hi v1'
first=$(box_id "$STS")
call_place first "$AGENT" 300
serve

step 'new settings while a call is up'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
eventually 30 replaced "$STS" "$first" || fail 'the container is not replaced'
expect_greeting "$AGENT" 'Hi v2'
expect_call_up first

step 'others follow while the first drain still waits'
second=$(box_id "$STS")
sleep 6 # a call that begins sooner may, by its row, be on either container
call_place second "$AGENT" 300
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
eventually 60 replaced "$STS" "$second" || fail 'a drain holds up what is wanted next'
eventually 30 has_drains 2 || fail 'there are not two old containers'
expect_greeting "$AGENT" 'Hi v3'
expect_call_up first
expect_call_up second

step 'the service goes and comes back'
kill -TERM "$REC"
rec_wait 10
expect_equal "$CODE" 0 'exit of the service'
expect_call_up first
serve

step 'each goes when its own call has ended'
call_hang_up first
eventually 40 has_drains 1 || fail 'the first old container does not go'
expect_gone "$first"
expect_call_up second
expect_state "$second" running
call_hang_up second
expect_settled 60
expect_gone "$second"
expect_greeting "$AGENT" 'Hi v3'
serve_end
