#!/bin/bash
# Goal of this test: verify holds of a healthy agent, settings fetched at a call included; each thing that is not so
# makes exactly its own checks fail, with exit 1; what cannot be told is counted as such, and no secret is shown.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The backend: its endpoint answers what stands in the files of $W/config.
BACKEND=backend.$TEST_TENANT
mkdir "$W/config"
chmod 755 "$WORK" "$W" "$W/config"
image_build "e2e/$TEST/config:1" config 1
docker run -d --name "$BACKEND" --label "e2e=$TEST_TENANT" --net "$NET" -v "$W/config:/config:ro" \
    -e PORT=3001 -e CONFIG_DIR=/config "e2e/$TEST/config:1" >/dev/null
export BACKEND_URL=http://$BACKEND:3001 WEBHOOK_URL=http://127.0.0.1:9/webhooks WEBHOOK_SECRET=wh
publish() { db "SELECT json_object('env', json(json_extract(config, '\$.env'))) FROM provider WHERE id = '$PROVIDER'" >"$W/config/$PROVIDER.json"; }

# states FILTER: "kind role" of the checks in this state, in one line.
states() { jq -r ".checks[] | select(.state == \"$1\") | \"\(.kind) \(.role)\"" <<<"$OUT" | paste -sd ','; }
verified() { # EXIT FAILED UNKNOWN
    expect_exit "$1" rec verify -o json
    expect_equal "$(states failed)" "$2" 'what failed'
    expect_equal "$(states unknown)" "$3" 'what cannot be told'
    expect_no_text 'dg-not-a-real-key'
}

image=e2e/$TEST/avr-sts-deepgram
docker tag e2e/avr-sts-deepgram:1 "$image:1"
agent_new_sts 'Night desk' 'Hi v1' "$image:1"
publish
step 'before any call'
verified 0 '' 'fetched sts'
step 'after a call'
expect_greeting "$AGENT" 'Hi v1'
verified 0 '' ''
expect_exit 0 rec verify 'Night desk'
expect_text "✓ sts +image +$image:1"
expect_text "✓ sts +env +.*PROVIDER_ID $PROVIDER, BACKEND_URL http://$BACKEND:3001"
expect_text '✓ sts +answer +answers a WebSocket upgrade'
expect_text '✓ sts +reach +the container reaches it: asked from inside its network'
expect_text '✓ core +url +STS_URL leads to a live port'
expect_text ': [0-9]+ ok, 0 failed\.$'

step 'an edit that the endpoint does not know of, and the container neither'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
verified 1 'env sts,config sts' ''
step 'the endpoint knows, the container does not'
publish
verified 1 'env sts' ''
expect_exit 0 rec apply
verified 0 '' 'fetched sts'

step 'a local image appears, and core dials another port'
image_build "$image:local" sts 2
verified 1 'image sts' 'fetched sts'
docker image rm "$image:local" >/dev/null
docker rm -f "$CORE" >/dev/null
box_run "$CORE" "$CORE_DEFAULT_IMAGE" "$(core_env "$AGENT" "STS_URL=ws://$STS:5999")"
eventually 20 core_healthy "$AGENT" || fail 'core is not healthy'
verified 1 'env core,url core' 'fetched sts'
expect_exit 0 rec apply
verified 0 '' 'fetched sts'

step 'without the right to enter the network of a container'
blind=(setpriv --bounding-set -sys_admin --inh-caps -sys_admin)
expect_exit 0 timeout -k 5 60 "${blind[@]}" "$AVR_RECONCILER" verify -o json -f "$SPEC" --state-dir "$STATE"
expect_equal "$(states unknown)" 'reach sts,fetched sts' 'what cannot be told'
expect_json 'any(.checks[]; .kind == "reach" and (.text | startswith("cannot be checked from here: ")))'

step 'the backend is gone: the next call used the environment'
docker rm -f "$BACKEND" >/dev/null
expect_greeting "$AGENT" 'Hi v2'
verified 1 'config sts,reach sts,fetched sts' ''
unset BACKEND_URL

step 'a container is gone, and a stopped agent'
docker rm -f "$STS" >/dev/null
verified 1 'runs sts,url core' ''
db "UPDATE agent SET status = 'stopped' WHERE id = '$AGENT'"
verified 1 'stopped core' ''
expect_exit 0 rec apply
verified 0 '' ''
expect_exit 64 rec verify nobody
