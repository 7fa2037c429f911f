#!/bin/bash
# Goal of this test: people who remove, stop, restart, rename and disconnect containers beside a running service, live
# ones, draining ones and candidates: each role runs exactly once in the end, and calls that nobody cut go on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/backend.sh"

printf 'database: %s\ndefaults:\n  update: {monitor: 1s, parallelism: 8}\n' "$DB_DATABASE" >"$SPEC"
image_build "$TEST/avr-sts-deepgram:late" late 3 'ENV LATE_SECONDS=4'
declare -A AGENTS PROVIDERS BEFORE
ALL='removed stopped restarted renamed disconnected'
for who in $ALL; do
    agent_new_sts "$who" 'Hi v1'
    AGENTS[$who]=$AGENT PROVIDERS[$who]=$PROVIDER
done
of() { # WHO: the functions of the tests speak of this agent now
    AGENT=${AGENTS[$1]} PROVIDER=${PROVIDERS[$1]}
    STS=avr-sts-$AGENT CORE=avr-core-$AGENT
}
each() { # COMMAND…: of every agent
    local who
    for who in $ALL; do of "$who" && "$@" "$who"; done
}
remember() { BEFORE[$1]=$(box_id "$STS"); }
expect_once() { eventually 45 roles_once || fail "$1: $(slot_boxes "$STS"), $(slot_boxes "$CORE")"; }
expect_all_once() {
    each expect_once
    expect_settled 45
    each expect_once
    expect_in_sync
}
kept() { of "$1" && expect_equal "$(box_id "$STS")" "${BEFORE[$1]}" "$1: sts"; }
anew() { of "$1" && expect_changed "${BEFORE[$1]}" "$(box_id "$STS")" "$1: sts"; }
# The box of the current agent's slot in this place: "next", "drain".
box_in() { slot_boxes "$STS" | sed -n "s/^\(avrd-$1-[0-9a-f]*\) .*/\1/p"; }
has_in() { [[ -n $(box_in "$1") ]]; }
expect_in() { eventually 40 has_in "$1" || fail "$2: no $1"; }

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

step 'candidates'
each remember
begin_count
late() { provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:late"; }
each late
prepares() { expect_in next "$1"; }
each prepares
of renamed && docker rename "$(box_in next)" "$TEST-new"
of removed && docker rm -f "$(box_in next)" >/dev/null
of restarted && docker restart -t 1 "$(box_in next)" >/dev/null
of disconnected && docker network disconnect "$NET" "$(box_in next)"
expect_all_once
each anew
expect_writes 50
expect_calm_log
serve_end
