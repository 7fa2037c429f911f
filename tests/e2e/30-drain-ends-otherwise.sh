#!/bin/bash
# Goal of this test: while an apply waits for the calls of a draining container, somebody else stops or removes
# that container: the apply sees it and goes on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi 0'

# draining N GREETING: an apply that waits for a call; the draining container is in DRAIN.
draining() {
    call_place "$1" "$AGENT" 300
    provider_set "$PROVIDER" DEEPGRAM_GREETING "$2"
    rec_start apply --progress json
    rec_says 'waiting for [0-9]+ call' 60
    DRAIN=$(slot_boxes "$STS" | awk '/^avrd-drain-/ {print $1}')
}
goes_on() { # CALL
    rec_wait 45
    expect_equal "$CODE" 0 'exit of apply'
    call_row_end "$(<"$W/call-$1.uuid")"
    expect_gone "$DRAIN"
    expect_in_sync
}

step 'stopped'
draining first 'Hi 1'
docker stop -t 1 "$DRAIN" >/dev/null
goes_on first

step 'removed'
draining second 'Hi 2'
docker rm -f "$DRAIN" >/dev/null
goes_on second
expect_greeting "$AGENT" 'Hi 2'
