#!/bin/bash
# Goal of this test: an image that neither the engine nor the registry has (tag missing, registry away) changes
# nothing: the old container serves, and the output says which image.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
sts=$(box_id "$STS")
for image in "$REGISTRY/$TEST/avr-sts-deepgram:none" "127.0.0.1:$(free_port)/$TEST/avr-sts-deepgram:1"; do
    step "$image"
    provider_image "$PROVIDER" "$image"
    code=0
    rec apply >"$W/missing.out" 2>&1 || code=$?
    ((code == 4 || code == 1)) || fail "apply with a missing image gave exit $code"
    grep -qF "$image" "$W/missing.out" || fail 'the image is not named'
    expect_equal "$(box_id "$STS")" "$sts" 'the container that serves'
    expect_serves "$STS"
    expect_equal "$(leftovers)" '' 'temporary containers'
done
expect_greeting "$AGENT" 'Hi v1'

step 'the image appears'
image=$REGISTRY/$TEST/avr-sts-deepgram:none
image_build "$image" sts 2
docker push -q "$image" >/dev/null
docker rmi "$image" >/dev/null
provider_image "$PROVIDER" "$image"
expect_exit 0 rec apply
expect_equal "$(image_of "$STS")" "$(image_id "$image")" 'the image'
expect_in_sync
