#!/bin/bash
# Goal of this test: where the containers' processes are out of sight, connections cannot be counted.  That is
# said, once, by diff, status and apply, and the database's rows alone keep the old container for its call.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# As in a container of its own, without pid: host.
unsighted() {
    timeout -k 5 "$LIMIT" unshare --pid --fork --kill-child --mount-proc \
        "$AVR_RECONCILER" "$@" -f "$SPEC" --state-dir "$STATE" </dev/null
}
NOTE='connections of calls cannot be counted from here'

agent_new_sts 'Night desk' 'Hi v1'
old=$(box_id "$STS")
call_place first "$AGENT" 300
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'

for verb in diff status; do
    step "$verb says it once"
    OUT=$(unsighted "$verb") || true
    expect_equal "$(grep -c "^note: .*$NOTE" <<<"$OUT")" 1 "notes of $verb"
    grep -q 'only open rows in the database' <<<"$OUT" || fail "$verb does not say what tells instead"
done
step 'with sight of them there is nothing to say'
OUT=$(rec diff) || true
! grep -q "$NOTE" <<<"$OUT" || fail 'diff says it without a reason'

step 'apply says it, and waits for the row'
unsighted apply --progress plain >"$W/bg.out" 2>"$W/bg.err" &
REC=$!
rec_says 'waiting for 1 call' 60
expect_equal "$(grep -c "^note: .*$NOTE" "$W/bg.err")" 1 'notes of apply'
expect_state "$old" running
expect_call_up first
call_hang_up first
rec_wait 60
expect_equal "$CODE" 0 'exit of apply'
expect_gone "$old"
