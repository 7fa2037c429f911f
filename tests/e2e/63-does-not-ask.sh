#!/bin/bash
# Goal of this test: a container that should ask for its settings at each call and has one without asking is given
# them again, by a hand-over; that is said, remembered over a restart of the service, and forgotten with its cause.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

agent_new_sts 'Night desk' 'Hi v1'
gateway=$(docker network inspect "$NET" --format '{{(index .IPAM.Config 0).Gateway}}')
port=$(between 20000 29999)
export AVR_RECONCILER_LISTEN=$gateway:$port AVR_RECONCILER_ADVERTISE=http://$gateway:$port
per_call() { # an empty PROVIDER_ID is what this image does not ask with
    spec '' "agents: {Night desk: {sts: {config: $1, environment: {PROVIDER_ID: ''}}}}"
}
a_call() { # by its rows
    call_row "$AGENT" "$1"
    sleep 11
    call_row_end "$1"
}
per_call per_call
old=$(box_id "$STS")
serve
eventually 60 replaced "$STS" "$old" || fail 'the container is not replaced'
expect_settled 60
[[ -z $(env_of "$STS" DEEPGRAM_GREETING) ]] || fail 'it is given what it should fetch'

step 'a call in which it does not ask'
sts=$(box_id "$STS")
a_call "$(uuid)"
eventually 60 replaced "$STS" "$sts" || fail 'it is not given its settings'
expect_settled 60
expect_env "$STS" DEEPGRAM_GREETING 'Hi v1'
[[ -z $(env_of "$STS" BACKEND_URL) ]] || fail 'it keeps an address it does not use'
grep -q 'did not ask for its settings' "$W/bg.err" || fail 'the log does not say it'
ask status >"$W/status.out"
grep -q 'sts of Night desk did not ask' "$W/status.out" || fail 'the status does not say it'
expect_greeting "$AGENT" 'Hi v1'

step 'it is remembered'
sts=$(box_id "$STS")
serve_end
serve
expect_settled 60
expect_equal "$(box_id "$STS")" "$sts" 'the container'

step 'and forgotten with its cause'
per_call start
eventually 20 test ! -s "$STATE/cold" || fail 'it is remembered though nobody asks for it'
expect_settled 60
expect_equal "$(box_id "$STS")" "$sts" 'the container'
serve_end
