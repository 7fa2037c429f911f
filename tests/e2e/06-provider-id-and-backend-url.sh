#!/bin/bash
# Goal of this test: PROVIDER_ID and BACKEND_URL are known by name: another provider for the agent and another
# address of the backend are drift, each with its origin, and are put right.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Nobody listens there, so the connectors use their environment at once.
export BACKEND_URL=http://127.0.0.1:9
agent_new_sts 'Night desk' 'Hi v1'
expect_env "$STS" PROVIDER_ID "$PROVIDER"
expect_in_sync

step 'the agent gets another provider'
other=$(provider_new STS 'another' e2e/avr-sts-deepgram:1 "$(sts_env 'Hi other')")
db "UPDATE agent SET provider_sts_id = '$other' WHERE id = '$AGENT'"
expect_drift sts env PROVIDER_ID
expect_json "any(.agents[].roles[].drifts[]; .key == \"PROVIDER_ID\" and .have == \"$PROVIDER\" and .want == \"$other\")"
expect_exit 0 rec apply
expect_env "$STS" PROVIDER_ID "$other"
expect_env "$STS" PROVIDER_STS_ID "$other"
expect_in_sync
expect_greeting "$AGENT" 'Hi other'

step 'the backend moves'
export BACKEND_URL=http://127.0.0.1:19
expect_drift sts env BACKEND_URL
expect_exit 2 rec diff
expect_text 'BACKEND_URL.*127\.0\.0\.1:9.*127\.0\.0\.1:19'
expect_exit 0 rec apply
expect_env "$STS" BACKEND_URL http://127.0.0.1:19
expect_in_sync

step 'nobody says where the backend is: what runs is kept'
unset BACKEND_URL
expect_in_sync
