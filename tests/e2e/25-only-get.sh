#!/bin/bash
# Goal of this test: whatever only looks (diff, apply --dry-run, status, config, adopt, validate) sends the engine
# nothing but GET and HEAD, also when everything has drifted; a proxy writes the requests down.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip 'no python3 for the proxy'
agent_new_sts 'Night desk' 'Hi v1'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
gone_agent=$AGENT
agent_new_sts 'killed' 'Hi v1'
docker kill "$STS" >/dev/null
agent_new_sts 'missing' 'Hi v1'
docker rm -f "$CORE" >/dev/null
agent_new_sts 'stopped' 'Hi v1'
db "UPDATE agent SET status = 'stopped' WHERE id = '$AGENT'"

"$E2E/proxy.py" "$W/proxy.sock" "$(engine_socket)" "$W/requests" &
proxy=$!
eventually 10 test -S "$W/proxy.sock" || fail 'the proxy does not listen'
real=$DOCKER_HOST
looks() {
    DOCKER_HOST=unix://$W/proxy.sock
    expect_exit 2 rec diff
    expect_exit 2 rec diff -o json
    expect_exit 2 rec apply --dry-run
    expect_exit 2 rec apply --dry-run --prune --now
    expect_exit 2 rec status
    expect_exit 0 rec config
    DOCKER_HOST=$real
}
step 'with DOCKER_HOST'
looks
DOCKER_HOST=unix://$W/proxy.sock
rec adopt >"$W/adopt.out" 2>&1 || true
rec validate >"$W/validate.out" 2>&1 || true
DOCKER_HOST=$real
step 'with -H'
expect_exit 2 rec diff -H "unix://$W/proxy.sock"

sort "$W/requests" | cut -d' ' -f1 | uniq -c
(($(wc -l <"$W/requests") >= 8)) || fail 'the proxy saw too little'
! grep -vE '^(GET|HEAD) ' "$W/requests" || fail 'that is no look'

step 'and the proxy does see changes'
DOCKER_HOST=unix://$W/proxy.sock
expect_exit 0 rec apply "$gone_agent"
DOCKER_HOST=$real
grep -q '^POST .*/containers/create' "$W/requests" || fail 'the proxy missed the create'
: >"$W/requests"

step 'in sync, an apply sends nothing but GET either'
expect_exit 0 rec apply
: >"$W/requests"
DOCKER_HOST=unix://$W/proxy.sock
expect_exit 0 rec apply
DOCKER_HOST=$real
! grep -vE '^(GET|HEAD) ' "$W/requests" || fail 'an apply in sync changed something'
kill -TERM "$proxy"
