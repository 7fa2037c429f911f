#!/bin/bash
# Goal of this test: a published host port that somebody else holds: two of one port cannot run side by side, so core
# is stopped first, and when the new one cannot start the old one comes back and serves.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
core=$(box_id "$CORE")
port=$(env_of "$CORE" PORT)
taken=${REGISTRY##*:} # a port of the host that is in use for sure
spec '' "agents: {$AGENT: {core: {ports: [\"127.0.0.1:$taken:$port\"]}}}"
code=0
rec apply >"$W/taken.out" 2>&1 || code=$?
((code == 4)) || fail "apply with a port that is taken gave exit $code"
grep -qE "address already in use|$taken" "$W/taken.out" || fail 'the port is not named'
expect_equal "$(box_id "$CORE")" "$core" 'core'
expect_serves "$CORE"
eventually 10 core_healthy "$AGENT" || fail 'core does not answer'
expect_greeting "$AGENT" 'Hi v1'

step 'a port that is free is taken, and an update keeps it'
free=$(free_port)
spec '' "agents: {$AGENT: {core: {ports: [\"127.0.0.1:$free:$port\"]}}}"
expect_exit 0 rec apply
expect_in_sync
(exec 3<>"/dev/tcp/127.0.0.1/$free") || fail "nobody listens on $free"
core=$(box_id "$CORE")
export WEBHOOK_URL=http://127.0.0.1:9/webhooks
expect_exit 0 rec apply
expect_changed "$core" "$(box_id "$CORE")" 'core'
expect_in_sync
(exec 3<>"/dev/tcp/127.0.0.1/$free") || fail "nobody listens on $free"
