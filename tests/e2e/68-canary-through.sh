#!/bin/bash
# Goal of this test: a candidate that is ready meets the named caller's calls first; everybody else's go to the one that
# serves. When enough of them went well the hand-over goes on as ever, and a call that was live all the while is not
# touched. Before any call has asked where to go nothing is made, and the status says what is missing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/canary.sh"

canary_begin 2
old=$(box_id "$STS")

step 'no call has asked here yet where to go: nothing is made'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_says "no call has asked here yet where to go: core's WEBHOOK_URL must lead to the service"
[[ -z $(leftovers) ]] || fail "something was made: $(leftovers)"

step 'the first call that asks ends that; it is on the old container and stays there'
phone first +390299
expect_hears first 'Hi v1'
expect_candidate
expect_says '0 of 2 calls went well on the new container'

step 'the named caller meets the candidate, another one does not'
meet named "$CANDIDATE"
expect_hears named 'Hi v2'
phone other +390298
expect_hears other 'Hi v1'
call_hang_up other
expect_says '0 of 2 calls went well on the new container'
expect_equal "$(box_id "$STS")" "$old" 'who serves'
call_hang_up named
expect_says '1 of 2 calls went well on the new container'
expect_equal "$(box_id "$STS")" "$old" 'who serves'

step 'whoever waits for it in vain disturbs nothing'
ask apply "$AGENT" --wait-timeout 1s >"$W/apply.out" 2>&1 && fail 'apply says that all is done'
grep -qF '1 of 2 calls went well on the new container' "$W/apply.out" || fail "apply does not say what it waits for: $(cat "$W/apply.out")"
expect_says '1 of 2 calls went well on the new container'
expect_equal "$(box_id "$STS")" "$old" 'who serves'
expect_equal "$(candidate)" "$CANDIDATE" 'the candidate'

step 'the second one went well: everybody meets it'
meet again "$CANDIDATE"
expect_hears again 'Hi v2'
phone lasting +390297 # by its number one of those that do not meet it; it goes on
expect_hears lasting 'Hi v1'
call_hang_up again
serves_all() { [[ $(box_id "$STS" 2>/dev/null) == "$CANDIDATE" ]]; }
eventually 60 serves_all || fail 'the candidate does not take over'
phone everybody +390296
expect_hears everybody 'Hi v2'

step 'the calls on the old container go on to their own end, then it goes'
expect_state "$old" running
expect_call_up first
expect_call_up lasting
call_hang_up everybody
call_hang_up lasting
call_hang_up first
expect_settled 90
expect_gone "$old"
expect_equal "$(box_id "$STS")" "$CANDIDATE" 'who serves'
serve_end
