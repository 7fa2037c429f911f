#!/bin/bash
# Goal of this test: SIGTERM and SIGINT while an apply waits for a call stop it at a safe point within five seconds:
# exit 130, it says where, the call stays up; another apply goes on from there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
call_place first "$AGENT" 300
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
for signal in TERM INT; do
    step "SIG$signal"
    rec_start apply --progress json
    rec_says 'waiting for [0-9]+ call' 60
    kill -"$signal" "$REC"
    rec_wait 6
    expect_equal "$CODE" 130 "exit after SIG$signal"
    grep -qiE 'interrupt|stopped|again' "$W/bg.err" "$W/bg.out" || fail 'it does not say that it was interrupted'
    expect_call_up first
    expect_serves "$STS"
done
expect_greeting "$AGENT" 'Hi v2'

step 'the next one goes on'
rec_start apply --progress json
rec_says 'waiting for [0-9]+ call' 60
call_hang_up first
rec_wait 60
expect_equal "$CODE" 0 'exit of apply'
expect_in_sync
expect_equal "$(slot_boxes "$STS")" "$STS running" 'containers of the slot'
