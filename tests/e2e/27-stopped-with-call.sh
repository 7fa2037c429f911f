#!/bin/bash
# Goal of this test: an agent that was stopped in the dashboard while a call is on it takes no new call, keeps the
# live one to its end, and only then loses its containers.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
call_place first "$AGENT" 300
sts=$(box_id "$STS") core=$(box_id "$CORE")
db "UPDATE agent SET status = 'stopped' WHERE id = '$AGENT'"
rec_start apply --progress json
rec_says 'waiting for [0-9]+ call' 60
expect_call_up first
expect_state "$sts" running
expect_state "$core" running
call_hang_up first
rec_wait 90
expect_equal "$CODE" 0 'exit of apply'
expect_gone "$sts"
expect_gone "$core"
expect_in_sync
