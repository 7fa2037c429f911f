#!/bin/bash
# Goal of this test: when the engine is killed (-9) in the middle of an apply, the program ends by itself and says
# that the engine is away; after the engine's return a second apply converges, and the image is not
# blamed for an exit that the engine's death caused.  The same for an engine that is told to end and takes its time.
set -euo pipefail
OWN_ENGINE=1
. "$(dirname "$0")/lib.sh"

own_engine
world main
agent_new_sts 'Night desk' 'Hi v1'
expect_in_sync

engine_dies_at() { # STEP GREETING
    step "the engine dies at the first '$1'"
    provider_set "$PROVIDER" DEEPGRAM_GREETING "$2"
    rec_start apply --progress json
    rec_says "\"step\": ?\"$1\"" 60
    engine_kill "$E2E_ENGINE"
    rec_wait 100
    ((CODE != 0)) || fail 'an apply without an engine claims to be done'
    expect_exit 6 rec diff
    engine_start "$E2E_ENGINE" || fail 'the engine did not come back'
    expect_exit 0 rec apply
    expect_env "$STS" DEEPGRAM_GREETING "$2"
    expect_in_sync
    expect_equal "$(slot_boxes "$STS")" "$STS running" 'containers of the slot'
    expect_greeting "$AGENT" "$2"
}
engine_dies_at probe 'Hi v2'
engine_dies_at wait 'Hi v3'

step 'the engine ends in good order, slowly, while a candidate is asked whether it is ready'
docker run -d --name stubborn -e IGNORE_TERM=1 --entrypoint /mini-avr e2e/avr-sts-deepgram:1 deaf >/dev/null
image_build "$TEST/avr-sts-deepgram:late" late 3 'ENV LATE_SECONDS=8'
provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:late"
rec_start apply --progress json
rec_says '"step": ?"probe"' 60
end_process "$(cat "$E2E_ENGINE/dockerd")" 60 # some 10 s, for the sake of the stubborn one
rec_wait 100
((CODE != 0)) || fail 'an apply without an engine claims to be done'
engine_start "$E2E_ENGINE" || fail 'the engine did not come back'
! slot_boxes "$STS" | grep -q avrd-failed || fail 'the image was blamed'
expect_exit 0 rec apply
expect_in_sync
expect_equal "$(slot_boxes "$STS")" "$STS running" 'containers of the slot'
