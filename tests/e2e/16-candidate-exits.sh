#!/bin/bash
# Goal of this test: a candidate that exits at once leaves the old container serving: exit 4, the failed one is kept
# and named for its logs, is not tried again at once, and stays readable when a good one took over.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image_build "$TEST/avr-sts-deepgram:bad" exit 2
agent_new_sts 'Night desk' 'Hi v1'
sts=$(box_id "$STS")
provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:bad"

step 'the candidate exits at once'
expect_exit 4 rec apply
failed=$(slot_boxes "$STS" | sed -n 's/^\(avrd-failed-[0-9a-f]*\) .*/\1/p')
[[ -n $failed ]] || fail 'no failed candidate was kept'
expect_text "$failed"
expect_state "$failed" exited
docker logs "$failed" 2>&1 | grep -q 'cannot start: bad key' || fail 'its logs are gone'
expect_equal "$(box_id "$STS")" "$sts" 'the container that serves'
expect_serves "$STS"
expect_greeting "$AGENT" 'Hi v1'

step 'the same settings are not tried again at once, and it is said'
failed_id=$(box_id "$failed")
code=0
rec apply >"$W/again.out" 2>&1 || code=$?
((code == 4)) || fail "the second apply gave exit $code"
expect_equal "$(box_id "$failed")" "$failed_id" 'the failed candidate'
expect_exit 2 rec diff
expect_text 'it exited with code [1-9][0-9]* .*cannot start: bad key \(kept as avrd-failed-'
expect_text 'next try in [0-9a-z]+, at [0-9:]+'
expect_exit 2 rec diff -o json
until=$(jq '.agents[0].hold.until_ms' <<<"$OUT")
((until > $(date +%s%3N))) || fail "it waits until $until"
expect_equal "$(box_id "$STS")" "$sts" 'the container that serves'

step 'a good image puts an end to it'
provider_image "$PROVIDER" e2e/avr-sts-deepgram:1
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
expect_exit 0 rec apply
expect_in_sync
expect_greeting "$AGENT" 'Hi v3'
expect_state "$failed" exited # its logs can still be read

step 'the logs go with the agent'
spec '' "agents: {$AGENT: {state: absent}}"
expect_exit 0 rec apply
expect_gone "$failed"
