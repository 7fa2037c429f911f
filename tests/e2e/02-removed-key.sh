#!/bin/bash
# Goal of this test: a key that was taken out of the database, and one that somebody added to the container by
# hand, are drift like a changed one; the image's own variables are not.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

image_build "$TEST/avr-sts-deepgram:1" sts 1 'ENV FROM_IMAGE=yes'
agent_new_sts 'Night desk' 'Hi v1' "$TEST/avr-sts-deepgram:1"
has_env "$STS" FROM_IMAGE || fail 'the image has no variable of its own'
expect_in_sync

step 'a key leaves the database'
provider_unset "$PROVIDER" AGENT_PROMPT
expect_drift sts env AGENT_PROMPT
expect_json 'any(.agents[].roles[].drifts[]; .key == "AGENT_PROMPT" and .want == null)'
expect_exit 0 rec apply
! has_env "$STS" AGENT_PROMPT || fail 'AGENT_PROMPT is still set'
has_env "$STS" FROM_IMAGE || fail 'the variable of the image is gone'
expect_in_sync

step 'a variable that nobody asked for'
docker rm -f "$STS" >/dev/null
env=$(provider_env "$AGENT" sts "$(env_of "$CORE" STS_URL | sed 's/.*://')")
box_run "$STS" "$TEST/avr-sts-deepgram:1" "$(jq -c '. + ["STRAY=1"]' <<<"$env")"
agent_ready "$AGENT"
expect_drift sts env STRAY
expect_exit 0 rec apply
! has_env "$STS" STRAY || fail 'STRAY is still set'
expect_in_sync
