#!/bin/bash
# Goal of this test: a call that does not end: --wait-timeout gives up with exit 5 and cuts nothing; on_timeout abort
# keeps the old container; on_timeout force cuts after the timeout and says so; --now cuts at once.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
call_place stubborn "$AGENT" 300

step '--wait-timeout'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_exit 5 rec apply --wait-timeout 10s
expect_call_up stubborn

step 'abort'
spec 'drain: {timeout: 3s, on_timeout: abort}'
code=0
rec apply >"$W/abort.out" 2>&1 || code=$?
((code == 4 || code == 5)) || fail "an aborted drain gave exit $code"
expect_call_up stubborn
expect_serves "$STS"

step 'force'
spec 'drain: {timeout: 3s, on_timeout: force}'
expect_exit 0 rec apply
expect_text 'cut|forc'
eventually 10 call_over stubborn || fail 'the call was not cut'
wait "$(<"$W/call-stubborn.pid")" && fail 'the caller did not notice'
call_row_end "$(<"$W/call-stubborn.uuid")"
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2'
expect_in_sync

step '--now'
spec '' ''
call_place another "$AGENT" 300
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
expect_exit 64 rec apply --now # nobody to ask without a terminal
expect_call_up another
expect_exit 0 rec apply --now -y
eventually 10 call_over another || fail 'the call was not cut'
call_row_end "$(<"$W/call-another.uuid")"
expect_env "$STS" DEEPGRAM_GREETING 'Hi v3'
expect_in_sync
