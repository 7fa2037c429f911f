#!/bin/bash
# Goal of this test: the story this program exists for, in one go. An edit in the dashboard's database reaches the very
# next call of an agent that fetches its settings, and its container stays; an agent that does not fetch gets a new
# container under a live call; a local build is used; and verify proves each state.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

gateway=$(docker network inspect "$NET" --format '{{(index .IPAM.Config 0).Gateway}}')
port=$(between 20000 29999)
export AVR_RECONCILER_LISTEN=$gateway:$port AVR_RECONCILER_ADVERTISE=http://$gateway:$port

repository=$TEST/avr-sts-deepgram
docker tag e2e/avr-sts-deepgram:1 "$repository:1"
agent_new_sts 'Night desk' 'Good evening v1'
night=$AGENT night_sts=$STS night_provider=$PROVIDER night_core=$CORE
agent_new_sts 'Day desk' 'Good morning v1' "$repository:1"
spec '' 'agents: {Night desk: {sts: {config: per_call}}}'
serve -v
expect_settled

boxes() { docker inspect -f '{{.Id}}' "$night_sts" "$night_core" "$CORE" "$@"; }
failed() { jq -r '.checks[] | select(.state == "failed") | "\(.kind) \(.role)"' <<<"$OUT" | paste -sd ','; }
verified() { # EXIT FAILED
    expect_exit "$1" rec verify -o json
    expect_equal "$(failed)" "$2" 'what verify finds wrong'
}

step 'as asked for, and verify says so'
expect_greeting "$night" 'Good evening v1'
expect_greeting "$AGENT" 'Good morning v1'
verified 0 ''

step 'an agent that fetches: the very next call hears the edit, and no container changes'
before=$(boxes "$STS")
provider_set "$night_provider" DEEPGRAM_GREETING 'Good evening v2'
expect_greeting "$night" 'Good evening v2'
expect_settled
expect_equal "$(boxes "$STS")" "$before" 'the containers'

step 'an agent that does not: a new container, and the call on the old one goes on'
before=$(boxes) old=$(box_id "$STS")
call_place long "$AGENT" 300
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Good morning v2'
eventually 60 replaced "$STS" "$old" || fail 'the container is not replaced'
expect_greeting "$AGENT" 'Good morning v2'
rec_says 'waiting for 1 call' 30
expect_call_up long
call_hang_up long
expect_settled
expect_gone "$old"
expect_equal "$(boxes)" "$before" 'everybody else'

step 'a local build is used, and that is said'
old=$(box_id "$STS")
image_build "$repository:local" sts 2
eventually 60 replaced "$STS" "$old" || fail 'the local build is not used'
expect_settled
expect_equal "$(image_of "$STS")" "$(image_id "$repository:local")" 'the image'
rec_says 'using local image' 10
expect_greeting "$AGENT" 'Good morning v2'
verified 0 ''

step 'while the agent is held, verify says what is not so; once it is let go all is well'
expect_exit 0 ask pause 'Day desk' --why 'the vendor is down'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Good morning v3'
verified 1 'env sts'
expect_exit 1 rec verify 'Day desk'
expect_text '✗ sts +env +DEEPGRAM_GREETING differs'
expect_text 'order: paused by .*: the vendor is down'
expect_greeting "$AGENT" 'Good morning v2'
expect_exit 0 ask resume 'Day desk'
expect_settled
expect_greeting "$AGENT" 'Good morning v3'
verified 0 ''
serve_end
