#!/bin/bash
# Goal of this test: missing containers are created: the sts alone (with the port that core dials, so
# that core stays), core alone, and both (with the known port of the image).
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
expect_in_sync

step 'the sts is missing'
port=$(env_of "$STS" PORT) core=$(box_id "$CORE")
docker rm -f "$STS" >/dev/null
expect_exit 2 rec diff -o json
expect_json 'any(.agents[].roles[]; .role == "sts" and .verdict == "create")'
expect_exit 0 rec apply
expect_serves "$STS"
expect_env "$STS" PORT "$port"
expect_equal "$(box_id "$CORE")" "$core" 'core'
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'

step 'core is missing'
sts=$(box_id "$STS")
docker rm -f "$CORE" >/dev/null
expect_exit 0 rec apply
expect_equal "$(box_id "$STS")" "$sts" 'the sts container'
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'

step 'both are missing'
docker rm -f "$CORE" "$STS" >/dev/null
expect_exit 0 rec apply
expect_env "$STS" PORT 6033
expect_env "$CORE" STS_URL "ws://$STS:6033"
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'
for key in app agentName tenant; do
    [[ -n $(docker inspect -f "{{index .Config.Labels \"$key\"}}" "$STS") ]] || fail "no label $key"
done
