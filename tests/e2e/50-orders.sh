#!/bin/bash
# Goal of this test: what an operator orders (pause, stop, start, restart, rollback) is done by a running service and
# without one, is shown with its origin, outlives whoever carries it out, and cuts no call.
# Helpers that may take an argument are called without one:
# shellcheck disable=SC2119
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

agent_new_sts 'Night desk' 'Hi v1'
unknown() { expect_exit 64 "$@" && expect_text 'did you mean "Night desk"'; }

step 'without a service: pause'
unknown rec pause 'Night dek'
expect_exit 0 rec pause 'Night desk' --why 'waiting for the vendor'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
sts=$(box_id "$STS")
expect_exit 2 rec diff
expect_text 'paused by [^ ]+ [0-9]+s ago: waiting for the vendor'
expect_text 'DEEPGRAM_GREETING'
expect_exit 1 rec apply
docker kill "$STS" >/dev/null
expect_exit 1 rec apply
expect_equal "$(box_id "$STS") $(state_of "$STS")" "$sts exited" 'a paused container that died'
expect_exit 0 rec resume 'Night desk'
expect_exit 0 rec apply
expect_in_sync
expect_greeting "$AGENT" 'Hi v2'

step 'without a service: restart, under a call'
sts=$(box_id "$STS") core=$(box_id "$CORE")
call_place long "$AGENT" 60
rec restart 'Night desk' >"$W/restart.out" 2>"$W/restart.err" &
restart=$!
eventually 60 replaced "$STS" "$sts" || fail 'sts is not replaced'
expect_call_up long
call_hang_up long
wait "$restart" || fail 'the restart failed'
expect_changed "$core" "$(box_id "$CORE")" 'core'
grep -q 'restarted, as was ordered' "$W/restart.err" || fail 'the end of the restart is not told'
expect_in_sync
sts=$(box_id "$STS")
expect_exit 0 rec apply
expect_equal "$(box_id "$STS")" "$sts" 'a restart that was done'

step 'without a service: stop and start'
expect_exit 0 rec stop 'Night desk' --why maintenance
expect_gone "$STS"
expect_gone "$CORE"
expect_exit 0 rec status
expect_text 'stopped by [^ ]+ [0-9]+s ago: maintenance'
expect_exit 0 rec config
expect_text 'order: stopped by'
expect_exit 64 rec restart 'Night desk'
expect_exit 0 rec start 'Night desk'
agent_ready "$AGENT"
db "UPDATE agent SET status = 'stopped' WHERE id = '$AGENT'"
expect_exit 64 rec start 'Night desk'
expect_text 'wins: change it there \(in the dashboard\)'
db "UPDATE agent SET status = 'running' WHERE id = '$AGENT'"
expect_in_sync

step 'with a service: restart, stop, start'
serve
expect_settled
unknown ask restart 'Night dek'
sts=$(box_id "$STS")
expect_exit 0 ask restart 'Night desk'
expect_changed "$sts" "$(box_id "$STS")" 'sts'
expect_settled
rec_says 'restarted, as was ordered' 20
sts=$(box_id "$STS")
expect_exit 0 ask stop 'Night desk'
expect_gone "$STS"
expect_exit 0 ask status
expect_text 'stopped by'
expect_exit 0 ask start 'Night desk'
expect_settled
agent_ready "$AGENT"

step 'with a service: an order outlives it'
sts=$(box_id "$STS")
expect_exit 0 ask pause 'Night desk'
expect_exit 0 ask status
expect_text 'paused'
kill -KILL "$REC"
rec_wait 10
docker kill "$STS" >/dev/null
serve
rec_says 'paused by' 20
expect_equal "$(state_of "$STS")" exited "$STS"
expect_exit 0 ask resume 'Night desk'
expect_settled
expect_equal "$(state_of "$STS")" running "$STS"

step 'with a service: a pause within a hand-over that waits for a call'
call_place long "$AGENT" 120
sts=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2b'
rec_says 'waiting for .* call' 30
expect_exit 0 ask pause 'Night desk'
expect_call_up long
call_hang_up long
expect_exit 1 ask apply 'Night desk'
expect_text 'left as it is: paused by'
expect_equal "$(docker inspect -f '{{.State.Status}}' "$sts")" running 'what a paused hand-over had replaced'
expect_exit 0 ask resume 'Night desk'
expect_settled
[[ -z $(leftovers) ]] || fail "left behind: $(leftovers)"
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2b'

step 'with a service: rollback, which lasts until something else is asked for'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
sts=$(box_id "$STS")
eventually 30 replaced "$STS" "$sts" || fail 'v3 does not come'
expect_settled
agent_ready "$AGENT"
expect_exit 0 ask rollback 'Night desk' --why 'v3 is rude'
expect_settled
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2b'
agent_ready "$AGENT"
expect_greeting "$AGENT" 'Hi v2b'
expect_exit 0 ask status
expect_text 'rolled back to generation [0-9]+ by [^ ]+ [0-9]+s ago: v3 is rude'
sts=$(box_id "$STS")
serve_end # a last look finds nothing to do: the order is known without the service too
expect_exit 0 rec config
expect_text 'Hi v2b.*order: rolled back to generation'
serve
expect_settled
expect_equal "$(box_id "$STS")" "$sts" 'what was rolled back'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v4'
eventually 30 replaced "$STS" "$sts" || fail 'v4 does not come'
expect_settled
expect_env "$STS" DEEPGRAM_GREETING 'Hi v4'
rec_says 'the rollback to generation [0-9]+ is over' 10
expect_exit 64 ask rollback 'Night desk' --to 99
expect_text 'no generation 99'

step 'logs'
expect_exit 0 rec logs 'Night desk' sts --tail 5
expect_text '==> sts  avr-sts-.* \(live\) <=='
expect_exit 64 rec logs 'Night desk' stt
serve_end

step 'without a service: rollback and back again'
agent_ready "$AGENT"
expect_exit 0 rec rollback 'Night desk'
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2b'
expect_in_sync
expect_exit 0 rec resume 'Night desk'
expect_exit 0 rec apply
expect_env "$STS" DEEPGRAM_GREETING 'Hi v4'
expect_in_sync
