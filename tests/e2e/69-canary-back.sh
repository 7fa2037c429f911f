#!/bin/bash
# Goal of this test: a candidate that answers its probe and says nothing to callers goes back: it is kept as a failure
# with the reason, in history and status, nobody new meets it, who serves keeps serving, and the calls that did meet it
# go on to their own end. A service that is killed in the middle of a canary begins it anew and flips nothing. Where core
# does not obey, calls prove nothing, and the candidate goes back as well.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/canary.sh"

canary_begin 3
old=$(box_id "$STS")
phone first +390299
expect_hears first 'Hi v1' # so it is known that calls of this agent have transcripts

step 'the candidate is ready'
provider_set "$PROVIDER" SILENT 1
expect_candidate
expect_says '0 of 3 calls went well on the new container'

step 'two calls meet it, and hear nothing'
meet quiet "$CANDIDATE"
meet silent "$CANDIDATE"
went_back() { docker inspect -f '{{.Name}}' "$CANDIDATE" | grep -q '^/avrd-failed-'; }
eventually 60 went_back || fail 'the candidate does not go back'
expect_equal "$(box_id "$STS")" "$old" 'who serves'
expect_call_up quiet
expect_call_up silent

step 'nobody new meets it, not even who is named'
phone named "$NAMED"
expect_hears named 'Hi v1'
call_hang_up named

step 'its calls go on to their own end, and keep it'
expect_state "$CANDIDATE" running
call_hang_up quiet
expect_call_up silent
expect_state "$CANDIDATE" running
call_hang_up silent
failed_stops() { [[ $(state_of "$CANDIDATE") == exited ]]; }
eventually 60 failed_stops || fail 'the failed candidate is not stopped'
told() { ask history "$AGENT" -o json --state-dir "$STATE" >"$W/history.out" 2>&1 && grep -qF "$1" "$W/history.out"; }
expect_told() { eventually 30 told "$1" || fail "the history does not say why: $(cat "$W/history.out")"; }
expect_told 'in 2 of 2 calls on the new container the agent said nothing for 8 s'
expect_says 'the same image and settings failed'
expect_equal "$(box_id "$STS")" "$old" 'who serves'
expect_call_up first

step 'killed in the middle of the next one: it begins anew with the first call that asks'
provider_unset "$PROVIDER" SILENT
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_candidate
meet counted "$CANDIDATE"
expect_hears counted 'Hi v2'
call_hang_up counted
expect_says '1 of 3 calls went well on the new container'
kill -KILL "$REC"
rec_wait 10 || true
canary_serve
phone asks +390298
expect_hears asks 'Hi v1'
expect_says '0 of 3 calls went well on the new container'
expect_equal "$(candidate)" "$CANDIDATE" 'the candidate'
expect_equal "$(box_id "$STS")" "$old" 'who serves'

step 'a person ends it: what is asked for is in force at once'
spec '' ''
serves_all() { [[ $(box_id "$STS" 2>/dev/null) == "$CANDIDATE" ]]; }
eventually 60 serves_all || fail 'the candidate does not take over'
expect_call_up first
expect_call_up asks
call_hang_up asks
call_hang_up first
expect_settled 90

step 'a core that does not obey proves nothing: it goes back'
canary_spec 3 "core: {environment: {OLD_CORE: '1'}},"
obeys_no_more() { [[ $(env_of "$CORE" OLD_CORE) == 1 ]]; }
eventually 60 obeys_no_more || fail 'core is not replaced'
expect_settled 90
old=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
expect_candidate
goes_back_once() { # one that is sent at a moment at which nobody can tell who is there goes by the name by right
    phone stray "$NAMED"
    expect_hears stray 'Hi v2'
    eventually 15 went_back || { call_hang_up stray; return 1; }
}
eventually 90 goes_back_once || fail 'the candidate does not go back'
expect_equal "$(box_id "$STS")" "$old" 'who serves'
expect_call_up stray
call_hang_up stray # until then it might be on the candidate, for all one knows
expect_told 'a call that was sent to it never reached it'
kill -TERM "$REC"
rec_wait 10
expect_equal "$CODE" 0 'exit of the service'
