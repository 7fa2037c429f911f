#!/bin/bash
# Goal of this test: the page and the real service understand each other, in a real browser: what happens is seen without
# a reload, orders given there are carried out and cut no call, a service that is killed and comes back is noticed, and
# no secret reaches the browser.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
# shellcheck source=../page/tools.sh
. "$TOP/tests/page/tools.sh"
page_tools "${PAGE_MODULES:-$(dirname "$AVR_RECONCILER")/tests/page/modules}"

port=$(free_port)
agent_new_sts 'Night desk' 'Hi v1'
serve --listen "127.0.0.1:$port"
expect_settled

mkdir -p "$W/page"
node "$TOP/tests/page/real.js" "http://127.0.0.1:$port/" "$W/page" >"$W/page.out" 2>"$W/page.err" &
BROWSER=$!
has_seen() { grep -qsxF -- "$1" "$W/page.out"; }
has_seen_or_gone() { has_seen "$1" || gone "$BROWSER"; }
expect_seen() {
    eventually 100 has_seen_or_gone "$1" || fail "the page does not see: $1"
    has_seen "$1" || fail "the browser ended before the page saw: $1"
}

step 'the fleet, and a greeting that is committed in the database'
expect_seen 'the fleet'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_seen 'a change'

step 'orders, and what differs while it is paused'
expect_seen paused
provider_set "$PROVIDER" DEEPGRAM_API_KEY dg-another-key
expect_seen resumed

step 'a restart under a call, which is named and not cut'
call_place long "$AGENT" 200
expect_seen 'a drain'
expect_call_up long
call_hang_up long
expect_seen drained

step 'the service is killed, and comes back'
kill -KILL "$REC"
rec_wait 10 2>/dev/null
expect_seen nobody
serve --listen "127.0.0.1:$port"
expect_seen 'the service again'
expect_seen 'the end'

step 'no secret reached the browser'
if grep -oE '.{40}dg-(not-a-real|another)-key' "$W/page/heard.txt"; then fail 'a secret was told'; fi
expect_settled
serve_end
