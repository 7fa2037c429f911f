#!/bin/bash
# Goal of this test: when the sts container was made anew with another port, core's STS_URL is drift; apply
# replaces core and calls reach the sts again.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
old=$(env_of "$STS" PORT)
docker rm -f "$STS" >/dev/null
port=$old
until [[ $port != "$old" ]]; do
    docker rm -f "$STS" >/dev/null 2>&1 || true
    port=$(provider_run "$AGENT" sts)
done
agent_ready "$AGENT"

expect_drift core env STS_URL
expect_exit 2 rec diff
expect_text "STS_URL.*:$old.*:$port"
sts=$(box_id "$STS")
expect_exit 0 rec apply
expect_equal "$(box_id "$STS")" "$sts" 'the sts container'
expect_env "$CORE" STS_URL "ws://$STS:$port"
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'
