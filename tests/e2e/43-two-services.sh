#!/bin/bash
# Goal of this test: of two services on one engine and state folder the second stands by and says so; when the first is
# killed (-9) in the gap of a replacement, the second takes over within seconds and ends it, and a live call goes on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/backend.sh"

agent_new_sts 'Night desk' 'Hi v1'
serve_watched
first=$REC
second() { # its log is in $W/second.err
    "$AVR_RECONCILER" run -f "$SPEC" --state-dir "$STATE" --control "$W/control.sock" --resync 1h \
        </dev/null >"$W/second.err" 2>&1 &
    SECOND=$!
}
second_said() { grep -qE -- "$1" "$W/second.err"; }

step 'the second stands by'
second
eventually 20 second_said 'standing by' || fail 'it does not say that it stands by'
call_place first "$AGENT" 300
sts=$(box_id "$STS")
hold '^POST .*/rename\?name=avr-sts'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_held
expect_equal "$(grep -c 'standing by' "$W/second.err")" 1 'lines about standing by'

step 'the first is killed between its two renames'
kill -KILL "$first"
eventually 10 second_said 'taking over' || fail 'the second does not take over'
eventually 10 second_said 'control socket is answered here' || fail 'nobody answers at the control socket'
eventually 10 replaced "$STS" "$sts" || fail 'the name stays free'
rm "$W/hold"
expect_call_up first
expect_greeting "$AGENT" 'Hi v2'
expect_call_up first
call_hang_up first
expect_running
expect_gone "$sts"

step 'the first comes back, and now stands by'
serve_again() {
    rec_start run --control "$W/control.sock" --resync 1h
    rec_says 'standing by' 20
}
serve_again
kill -TERM "$SECOND"
eventually 10 gone "$SECOND" || fail 'it does not end'
rec_says 'taking over' 10
kill -TERM "$REC"
rec_wait 10
expect_equal "$CODE" 0 'exit of the service'
expect_in_sync
