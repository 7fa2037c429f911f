#!/bin/bash
# Goal of this test: people who remove, stop, restart, rename and disconnect containers beside a running service, live
# ones and draining ones: each role runs exactly once in the end, and calls that nobody cut go on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/backend.sh"
. "$(dirname "$0")/people.sh"

new_agents removed stopped restarted renamed disconnected
serve_watched

step 'live containers'
each remember
begin_count
of renamed && call_place kept "$AGENT" 300 && docker rename "$STS" "$STS-old"
of removed && docker rm -f "$STS" >/dev/null
of restarted && docker restart -t 1 "$STS" >/dev/null
of disconnected && docker network disconnect "$NET" "$STS"
of stopped && docker stop -t 1 "$STS" >/dev/null
expect_all_once
kept stopped && kept restarted && kept renamed
anew removed && anew disconnected
expect_call_up kept
call_hang_up kept
expect_writes 12 # 3 to make one, 1 to start, 1 to rename, 6 to replace; and the restart may be seen half

step 'draining containers'
each remember
begin_count
place() { call_place "$1" "$AGENT" 300; }
each place
edit() { provider_set "$PROVIDER" DEEPGRAM_GREETING "$1"; }
change() { edit 'Hi v2'; }
each change
drains() { expect_in drain "$1"; }
each drains
of renamed && docker rename "$(box_in drain)" "$TEST-old"
of removed && docker rm -f "$(box_in drain)" >/dev/null
of restarted && docker restart -t 1 "$(box_in drain)" >/dev/null
of disconnected && docker network disconnect "$NET" "$(box_in drain)"
of stopped && docker stop -t 1 "$(box_in drain)" >/dev/null
of renamed && drains renamed
expect_call_up renamed
hang_up() { # what a person cut is cut
    kill -TERM "$(cat "$W/call-$1.pid")" 2>/dev/null || true
    call_row_end "$(cat "$W/call-$1.uuid")"
}
call_hang_up renamed
each hang_up
expect_all_once
each anew
expect_writes 32 # 6 to replace each, 1 for the renamed one

expect_calm_log
serve_end
