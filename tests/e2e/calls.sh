# shellcheck shell=bash
# calls.sh - phone calls for the tests.  Sourced by lib.sh.
#
# A call is a caller of mini-AVR that dials core's AudioSocket, and the rows which AVR's backend
# would write for it.  It fails if anybody but the caller ends it.

# call_place NAME AGENT-ID SECONDS: dials and waits until the greeting was heard.
call_place() {
    local out=$W/call-$1.out id=$2 port http address
    IFS='|' read -r port http < <(db "SELECT port, httpPort FROM agent WHERE id = '$id'")
    address=$(address_of "avr-core-$id")
    rm -f "$out"
    uuid >"$W/call-$1.uuid"
    call_row "$id" "$(cat "$W/call-$1.uuid")"
    "$MINI_AVR" caller --core "$address:$port" --http "$address:$http" \
        --uuid "$(cat "$W/call-$1.uuid")" --seconds "$3" >"$out" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$W/call-$1.pid"
    eventually 15 grep -qs 'heard: ' "$out" || fail "call $1 heard nothing"
}

call_alive() { alive "$(cat "$W/call-$1.pid")"; }
call_over() { ! call_alive "$1"; }
expect_call_up() { call_alive "$1" || fail "call $1 has ended"; }

# call_whole NAME SECONDS: until it ended; fails unless the caller ended it.
call_whole() {
    local pid
    pid=$(cat "$W/call-$1.pid")
    eventually "$2" call_over "$1" || fail "call $1 did not end within $2 s"
    wait "$pid" || fail "call $1 was cut: $(tail -n 1 "$W/call-$1.out")"
    call_row_end "$(cat "$W/call-$1.uuid")"
}

# call_hang_up NAME: the caller ends it now.
call_hang_up() {
    kill -TERM "$(cat "$W/call-$1.pid")" 2>/dev/null || true
    call_whole "$1" 10
}

# call_heard NAME: every text of the call so far, one a line.
call_heard() { sed -n 's/^[0-9.]*s heard: //p' "$W/call-$1.out"; }

# expect_greeting AGENT-ID TEXT: a new, short call hears it.
expect_greeting() {
    call_place probe "$1" 30
    call_heard probe >"$W/heard.out"
    call_hang_up probe
    grep -qF -- "$2" "$W/heard.out" || fail "a new call heard '$(head -n 1 "$W/heard.out")', not '$2'"
}
