#!/bin/bash
# Goal of this test: when a tag moves in the registry, pull_policy always pulls and replaces; a registry that
# does not answer is an error of that look and changes nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image=$REGISTRY/$TEST/avr-sts-deepgram:1
publish() { # VERSION: it becomes the tag's image in the registry, not here
    docker tag "$image" "$TEST/before" 2>/dev/null || true
    image_build "$image" sts "$1"
    docker push -q "$image" >/dev/null
    published=$(image_id "$image")
}
publish 1
agent_new_sts 'Night desk' 'Hi v1' "$image"
spec '' "agents: {$AGENT: {sts: {pull_policy: always}}}"
expect_in_sync
old=$(image_of "$STS")

step 'the tag moves'
publish 2
docker tag "$TEST/before" "$image" # this engine has not heard of it yet
expect_equal "$(image_id "$image")" "$old" 'the local image'
expect_drift sts image
expect_exit 0 rec apply
expect_equal "$(image_of "$STS")" "$published" 'the image of the container'
expect_in_sync

step 'with pull_policy never nobody asks the registry'
publish 3
docker tag "$TEST/before" "$image"
spec '' "agents: {$AGENT: {sts: {pull_policy: never}}}"
expect_in_sync
