#!/bin/bash
# Goal of this test: an agent on repository:local follows a new build of that tag, and the output says so.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image=$TEST/avr-sts-deepgram:local
image_build "$image" sts 1
agent_new_sts 'Night desk' 'Hi v1' "$image"
expect_in_sync
old=$(image_of "$STS")

step 'a newer build gets the tag'
image_build "$image" sts 2
expect_changed "$old" "$(image_id "$image")" 'the build'
expect_drift sts image
expect_exit 2 rec diff
expect_text 'using local image'
expect_exit 0 rec apply
expect_equal "$(image_of "$STS")" "$(image_id "$image")" 'the image of the container'
expect_in_sync
