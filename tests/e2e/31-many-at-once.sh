#!/bin/bash
# Goal of this test: many agents that change at once are replaced side by side, each with names of its own, and a
# failing one does not disturb the others.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agents=() providers=() boxes=()
for i in 1 2 3 4 5 6; do
    agent_new_sts "desk $i" 'Hi v1'
    agents+=("$AGENT") providers+=("$PROVIDER") boxes+=("$(box_id "$STS")")
done
sed -i 's/{monitor: 1s}/{monitor: 1s, parallelism: 6}/' "$SPEC"
expect_in_sync
image_build "$TEST/avr-sts-deepgram:bad" exit 2

step 'all of them change, one to an image that exits'
for provider in "${providers[@]}"; do
    provider_set "$provider" DEEPGRAM_GREETING 'Hi v2'
done
provider_image "${providers[2]}" "$TEST/avr-sts-deepgram:bad"
expect_exit 4 rec apply
for i in 0 1 3 4 5; do
    expect_changed "${boxes[$i]}" "$(box_id "avr-sts-${agents[$i]}")" "desk $((i + 1))"
    expect_env "avr-sts-${agents[$i]}" DEEPGRAM_GREETING 'Hi v2'
done
expect_equal "$(box_id "avr-sts-${agents[2]}")" "${boxes[2]}" 'the one that failed'

step 'and it follows when it can'
provider_image "${providers[2]}" e2e/avr-sts-deepgram:1
expect_exit 0 rec apply
expect_in_sync
