#!/bin/bash
# Goal of this test: a container that was killed runs again after an apply; if its settings changed meanwhile it
# comes back with the new ones, not as it was (the fault that AVR's own Run has).
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
expect_in_sync

step 'killed, nothing else changed'
docker kill "$STS" >/dev/null
expect_exit 2 rec diff
expect_text 'not running'
expect_text '137'
expect_exit 0 rec apply
expect_serves "$STS"
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'

step 'killed, and the greeting changed'
docker kill "$STS" >/dev/null
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_exit 0 rec apply
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2'
expect_in_sync
expect_greeting "$AGENT" 'Hi v2'
