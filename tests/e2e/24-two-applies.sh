#!/bin/bash
# Goal of this test: two applies at once: with one state folder the second waits or says that there is another; with
# two state folders both may work.  Either way both end, nothing is lost, and there is one result.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'

race() { # GREETING STATE-OF-THE-SECOND
    local first second one=0 two=0
    provider_set "$PROVIDER" DEEPGRAM_GREETING "$1"
    "$AVR_RECONCILER" apply -f "$SPEC" --state-dir "$STATE" >"$W/one.out" 2>&1 </dev/null &
    first=$!
    "$AVR_RECONCILER" apply -f "$SPEC" --state-dir "$2" >"$W/two.out" 2>&1 </dev/null &
    second=$!
    eventually 90 gone "$first" || fail 'the first apply does not end'
    eventually 90 gone "$second" || fail 'the second apply does not end'
    wait "$first" || one=$?
    wait "$second" || two=$?
    step "exits $one and $two"
    CODES="$one $two"
}

race 'Hi v2' "$STATE"
case $CODES in
'0 0') ;;
'0 1' | '1 0')
    grep -qiE 'another|already|holds|lock' "$W/one.out" "$W/two.out" ||
        fail 'the one that gave up does not say why'
    ;;
*) fail "exits $CODES" ;;
esac
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2'
expect_in_sync

step 'no common lock'
race 'Hi v3' "$W/other-state"
slot_boxes "$STS" | grep -q ' running$' || fail 'nothing serves'
expect_exit 0 rec apply
expect_env "$STS" DEEPGRAM_GREETING 'Hi v3'
expect_equal "$(slot_boxes "$STS")" "$STS running" 'containers of the slot'
expect_in_sync
expect_greeting "$AGENT" 'Hi v3'
