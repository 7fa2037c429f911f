#!/bin/bash
# Goal of this test: an agent that was stopped in the dashboard loses its containers, and no other agent does.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Day desk' 'Hi day'
day=$AGENT day_sts=$(box_id "$STS") day_core=$(box_id "$CORE")
agent_new_sts 'Night desk' 'Hi night'
expect_in_sync
db "UPDATE agent SET status = 'stopped' WHERE id = '$AGENT'"
expect_exit 2 rec diff -o json
expect_json 'any(.agents[].roles[]; .verdict == "remove")'
expect_exit 0 rec apply
expect_gone "$STS"
expect_gone "$CORE"
expect_equal "$(slot_boxes "$STS")" '' 'containers of the stopped agent'
expect_equal "$(box_id "avr-sts-$day")" "$day_sts" 'the sts of the other agent'
expect_equal "$(box_id "avr-core-$day")" "$day_core" 'core of the other agent'
expect_in_sync

step 'and it runs again when it is started'
db "UPDATE agent SET status = 'running' WHERE id = '$AGENT'"
expect_exit 0 rec apply
expect_in_sync
expect_greeting "$AGENT" 'Hi night'
