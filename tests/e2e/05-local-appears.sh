#!/bin/bash
# Goal of this test: the default policy moves an agent to repository:local as soon as the engine has it, without
# a pull (there is no registry for it), and back when it is gone.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image_build "$TEST/avr-sts-deepgram:1" sts 1
agent_new_sts 'Night desk' 'Hi v1' "$TEST/avr-sts-deepgram:1"
expect_in_sync

step ':local appears'
image_build "$TEST/avr-sts-deepgram:local" sts 2
expect_drift sts image
expect_exit 2 rec diff
expect_text 'using local image'
expect_exit 0 rec apply
expect_text 'using local image'
expect_equal "$(image_of "$STS")" "$(image_id "$TEST/avr-sts-deepgram:local")" 'the image'
expect_in_sync

step ':local goes'
docker rmi "$TEST/avr-sts-deepgram:local" >/dev/null 2>&1 ||
    docker rmi -f "$TEST/avr-sts-deepgram:local" >/dev/null
expect_drift sts image
expect_exit 0 rec apply
expect_equal "$(image_of "$STS")" "$(image_id "$TEST/avr-sts-deepgram:1")" 'the image'
expect_in_sync
