#!/bin/bash
# Goal of this test: a pipeline agent is replaced as a set: the live call keeps its llm (the turn counter goes on, the
# old prompt stays), and a new call gets the new settings of all roles, never a mixture.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_pipeline booking 'prompt v1'
old_llm=$(box_id "avr-llm-$AGENT") old_core=$(box_id "$CORE")
call_place first "$AGENT" 300
two_turns() { (($(call_heard first | grep -c '^turn ') >= 2)); }
eventually 20 two_turns || fail 'the call has no turns'
provider_set "$PROVIDER_LLM" SYSTEM_PROMPT 'prompt v2'
provider_set "$PROVIDER_ASR" SPEECH_RECOGNITION_LANGUAGE it-IT
rec_start apply --progress json

eventually 90 replaced "$CORE" "$old_core" || fail 'the new set did not take over'
turns_before=$(call_heard first | grep -c '^turn ')
step 'a new call: new prompt'
expect_greeting "$AGENT" 'prompt v2'
more_turns() { (($(call_heard first | grep -c '^turn ') >= turns_before + 3)); }
eventually 20 more_turns || fail 'the first call has fallen silent'
expect_call_up first
expect_state "$old_llm" running

call_hang_up first
rec_wait 120
expect_equal "$CODE" 0 'exit of apply'
step 'the first call never lost its thread'
call_heard first | grep '^turn ' >"$W/turns"
! grep -v 'prompt v1' "$W/turns" || fail 'it met another prompt'
awk '{if ($2 != NR) {print "turn " $2 " where " NR " was due"; exit 1}}' "$W/turns" ||
    fail 'the turn counter began anew'
expect_gone "$old_llm"
expect_gone "$old_core"
expect_in_sync
expect_greeting "$AGENT" 'prompt v2'
