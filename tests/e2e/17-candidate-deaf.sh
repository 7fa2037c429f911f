#!/bin/bash
# Goal of this test: a candidate that runs and never listens is given up after its time; the old container serves on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image_build "$TEST/avr-sts-deepgram:bad" deaf 2
agent_new_sts 'Night desk' 'Hi v1'
sts=$(box_id "$STS")
spec 'healthcheck: {test: TCP, timeout: 3s}'
provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:bad"
expect_exit 4 rec apply
expect_text 'it did not listen on its port within 3s: .*; kept as avrd-failed-[0-9a-f]+'
expect_equal "$(box_id "$STS")" "$sts" 'the container that serves'
expect_serves "$STS"
expect_greeting "$AGENT" 'Hi v1'
slot_boxes "$STS" | grep -qE '^avrd-failed-[0-9a-f]{12} exited$' || fail 'the candidate was not kept, stopped'

step 'what is told of it later is the verdict, and not how our stop ended it'
expect_exit 2 rec diff
expect_text 'failed [0-9a-z]+ ago: it did not listen on its port within 3s'

step 'one that listens late, but in time, is taken'
image_build "$TEST/avr-sts-deepgram:late" late 3 'ENV LATE_SECONDS=2'
spec 'healthcheck: {test: TCP, timeout: 30s}'
provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:late"
expect_exit 0 rec apply
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'
