#!/bin/bash
# Goal of this test: a closed window holds back a replacement and no mend; `apply` does not wait for it, and what waits
# is replaced when the window opens; a paused roll-out is told of, mends all the same, and is lifted by `apply`.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

# A whole day, and not this one, whenever the test runs.
CLOSED=$(LC_ALL=C date -d '+3 days' '+%a 00:00-24:00')

# wish WINDOW VALUE [REST]: what is asked for of all agents, in one edit.
wish() {
    spec "environment: {EXTRA: \"$2\"}" "${3-}"
    sed -i "s/update: {monitor: 1s}/update: {monitor: 1s, parallelism: 1, max_failures: 1, window: \"$1\"}/" "$SPEC"
}
says() { # TEXT: status does
    ask status >"$W/status.out" 2>&1 || true
    grep -qF -- "$1" "$W/status.out"
}
runs() { [[ $(state_of "$1") == running ]]; }
waits() { says "waits for its window ($CLOSED, opens in "; }

agent_new_sts 'Night desk' 'Hi v1'
wish always v1
expect_exit 0 rec apply
serve

step 'what serves waits for its window'
sts=$(box_id "$STS")
wish "$CLOSED" v2
eventually 30 waits || fail 'status does not tell of the window'
expect_exit 2 rec diff
expect_text 'waits for its window'

step 'what is dead does not'
docker kill "$CORE" >/dev/null
eventually 30 runs "$CORE" || fail 'core is not mended'
expect_equal "$(box_id "$STS")" "$sts" 'the container, while its window is closed'

step 'whoever asks for it by command does not wait'
ask apply >"$W/apply.out" 2>&1 || fail "apply: $(<"$W/apply.out")"
expect_changed "$sts" "$(box_id "$STS")" 'the container'
expect_env "$STS" EXTRA v2

step 'a window that opens is noticed'
sts=$(box_id "$STS")
wish "$CLOSED" v3
eventually 30 waits || fail 'status does not tell of the window'
expect_equal "$(box_id "$STS")" "$sts" 'the container, while its window is closed'
wish always v3
eventually 30 replaced "$STS" "$sts" || fail 'the container is not replaced'
expect_settled
expect_env "$STS" EXTRA v3

step 'a failure pauses the roll-out'
night=$STS night_core=$CORE sts=$(box_id "$STS")
image_build "$TEST/avr-sts-deepgram:bad" exit 2
agent_new_sts 'Day desk'
expect_settled
wish always v4 "$(printf 'agents:\n  Day desk: {sts: {image: %s}}' "$TEST/avr-sts-deepgram:bad")"
eventually 60 says 'the roll-out is paused: Day desk failed; go on with: avr-reconciler apply' ||
    fail 'status does not tell of the pause'
docker kill "$night_core" >/dev/null
eventually 30 runs "$night_core" || fail 'core is not mended in a pause'
expect_equal "$(box_id "$night")" "$sts" 'the container, while the roll-out is paused'

step 'apply lifts it, and ends although one agent is held'
code=0
ask apply >"$W/apply.out" 2>&1 || code=$?
expect_equal "$code" 4 'exit of apply'
expect_env "$night" EXTRA v4
! says 'the roll-out is paused' || fail 'it is still said to be paused'

step 'something else that is asked for ends it all'
wish always v5
expect_settled
expect_env "$night" EXTRA v5
expect_env "$STS" EXTRA v5
serve_end
