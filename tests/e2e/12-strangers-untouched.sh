#!/bin/bash
# Goal of this test: what is not ours is not touched: containers with our names but no label, with the label but
# a strange name, of another tenant, with names like our temporary ones; and a stranger that holds a
# name which is needed is reported, not removed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

stranger() { # NAME LABELS-AS-JSON
    local body
    body=$(jq -nc --argjson labels "$2" --arg net "$NET" --arg test "$TEST_TENANT" '{
        Image: "e2e/avr-sts-deepgram:1", Env: ["PORT=6500"], Labels: ($labels + {e2e: $test}),
        NetworkingConfig: {EndpointsConfig: {($net): {}}}, HostConfig: {Binds: []}}')
    box_start "$(engine_request POST "/containers/create?name=$1" "$body" | jq -r .Id)"
}
strangers() {
    docker ps -aq --no-trunc --filter "label=e2e=$TEST_TENANT" | sort |
        xargs docker inspect -f '{{.Id}} {{.Name}} {{.State.Status}} {{.State.StartedAt}}'
}
agent_new_sts 'Night desk' 'Hi v1'
id=$(uuid)
stranger "avr-sts-$id" '{}'
stranger "avr-core-$(uuid)" '{"app": "AVR"}'
id=$(uuid)
stranger "$TEST-odd-$$" "{\"app\": \"AVR\", \"agentName\": \"avr-sts-$id\", \"tenant\": \"$TENANT-x\"}"
stranger "$TEST-thing-$$" "{\"app\": \"AVR\", \"agentName\": \"$TEST-thing-$$\", \"tenant\": \"$TENANT\"}"
id=$(uuid)
stranger "avr-sts-$id" "{\"app\": \"AVR\", \"agentName\": \"avr-sts-$id\", \"tenant\": \"someone-else\"}"
stranger "avrd-next-$(printf '%012x' $$)" '{}'
stranger "avrd-drain-$(printf '%012x' $$)" '{"app": "AVR", "agentName": "avr-sts-x", "tenant": "someone-else"}'
before=$(strangers)

step 'the agent changes, and everything is asked for'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_exit 0 rec apply --prune -y
expect_in_sync
expect_equal "$(strangers)" "$before" 'the strangers'

step 'a stranger holds the name of a container that must be created'
docker rm -f "$STS" >/dev/null
stranger "$STS" '{}'
before=$(strangers)
code=0
rec apply >"$W/held.out" 2>&1 || code=$?
((code == 1 || code == 4)) || fail "apply with a name that is taken gave exit $code"
grep -q "$STS" "$W/held.out" || fail 'the name is not reported'
expect_equal "$(strangers)" "$before" 'the strangers'

step 'it goes, and the agent is whole again'
docker rm -f "$STS" >/dev/null
expect_exit 0 rec apply
expect_in_sync
