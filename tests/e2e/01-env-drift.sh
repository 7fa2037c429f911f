#!/bin/bash
# Goal of this test: changed settings in the database are shown with have, want and origin (secrets hidden),
# apply replaces only the container they concern, and the next call hears them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
expect_in_sync
sts=$(box_id "$STS") core=$(box_id "$CORE") port=$(env_of "$STS" PORT)

step 'the database changes, diff tells'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
provider_set "$PROVIDER" DEEPGRAM_API_KEY dg-another-key
expect_drift sts env DEEPGRAM_GREETING
expect_json '[.agents[].roles[] | select(.role == "core").drifts[]] == []'
expect_exit 2 rec diff
expect_text 'DEEPGRAM_GREETING.*Hi v1.*Hi v2'
expect_text 'data\.db'
expect_text 'DEEPGRAM_API_KEY.*hidden'
expect_no_text 'dg-(not-a-real|another)-key'
expect_equal "$(box_id "$STS")" "$sts" 'the container after a diff'

step 'apply replaces the sts and leaves core alone'
expect_exit 0 rec apply
expect_no_text 'dg-(not-a-real|another)-key'
expect_changed "$sts" "$(box_id "$STS")" 'the sts container'
expect_equal "$(box_id "$CORE")" "$core" 'core'
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2'
expect_env "$STS" DEEPGRAM_API_KEY dg-another-key
expect_env "$STS" PORT "$port"
expect_in_sync
expect_greeting "$AGENT" 'Hi v2'

step 'a second apply does nothing'
sts=$(box_id "$STS")
expect_exit 0 rec apply
expect_equal "$(box_id "$STS")" "$sts" 'the container after an apply in sync'
