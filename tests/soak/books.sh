# shellcheck shell=bash
# books.sh - what was done and what became of the calls.  To be sourced by soak.sh.
#
# $BOOKS/excuses says what the nemesis takes away, and for how long it is at it:
#     SECONDS begin AGENT BOX…      the agent may be without service, and calls on the boxes may end
#     SECONDS end AGENT GRACE       until it is seen serving again, GRACE seconds from now at the earliest
# AGENT * is every agent; BOX * is every box, and BOX pipeline each of an agent that looks up names
# during its calls.

declare -A COUNT=()
count() { COUNT[$1]=$((${COUNT[$1]:-0} + 1)); }

note() { printf '%s %s\n' "$EPOCHREALTIME" "$*" >>"$BOOKS/deeds"; }
violation() {
    printf '%s %s\n' "$EPOCHREALTIME" "$*" >>"$BOOKS/violations"
    warn "VIOLATION: $*"
}

excuse() { printf '%s begin %s\n' "$EPOCHREALTIME" "$*" >>"$BOOKS/excuses"; } # AGENT BOX…
excuse_end() { printf '%s end %s\n' "$EPOCHREALTIME" "$*" >>"$BOOKS/excuses"; } # AGENT GRACE

# ---- calls

CALLS=0

# Name and id of the containers that serve an agent.
serving() {
    timeout 20 docker ps --no-trunc --filter label=app=AVR --format '{{.Names}} {{.ID}}' |
        awk -v id="-$1" '$1 ~ "^avr-" && index($1, id) {print $2}' | sort
}

# A call of its own process, from dialling to the verdict: NUMBER AGENT SECONDS.
call_run() {
    local n=$1 id=$2 mode boxes placed code=0 result
    mode=$(db "SELECT mode FROM agent WHERE id = '$id'" || true)
    boxes=$(serving "$id" || true)
    if [[ -z $mode || -z $boxes ]]; then
        printf 'missed\n' >"$BOOKS/verdict-$n"
        return
    fi
    placed=$EPOCHREALTIME
    caller "$n" "$id" "$3" || code=$?
    result=$(verdict "$code" "$placed" "$id" "$mode" "$boxes" "$n")
    [[ $result != CUT ]] || violation "call $n to $id ($mode) was cut: $(tail -n 1 "$BOOKS/call-$n.out")"
    printf '%s\n' "$result" >"$BOOKS/verdict-$n"
}

caller() { # NUMBER AGENT SECONDS
    local port http address uuid code=0 pid
    IFS='|' read -r port http < <(db "SELECT port, httpPort FROM agent WHERE id = '$2'") || return 3
    address=$(address_of "avr-core-$2" 2>/dev/null) && [[ -n $address ]] || return 3
    uuid=$(uuid)
    call_row "$2" "$uuid" || return 3
    "$MINI_AVR" caller --core "$address:$port" --http "$address:$http" --uuid "$uuid" --seconds "$3" \
        >"$BOOKS/call-$1.out" 2>&1 </dev/null &
    pid=$!
    printf '%s\n' "$pid" >"$BOOKS/call-$1.pid"
    eventually 8 grep -qs 'heard: \|ended by' "$BOOKS/call-$1.out" || true
    serving "$2" >"$BOOKS/call-$1.boxes" || true
    wait "$pid" || code=$?
    call_row_end "$uuid" || true
    return "$code"
}

# whole: the caller ended it; missed: it never began; excused: the nemesis did it; CUT: we did.
verdict() { # CODE PLACED AGENT MODE BOXES NUMBER
    local mine
    (($1)) || { echo whole; return; }
    if grep -qs ' 0 heard' "$BOOKS/call-$6.out" || ! grep -qs 'heard: ' "$BOOKS/call-$6.out"; then
        echo missed
        return
    fi
    mine=" $(tr '\n' ' ' <<<"$5"; tr '\n' ' ' <"$BOOKS/call-$6.boxes") "
    awk -v placed="$2" -v agent="$3" -v mode="$4" -v mine="$mine" -v after=5 '
        $2 == "end" {ended[$3] = $1}
        $2 == "begin" {for (i = 4; i <= NF; i++)
                if ($i == "*" || ($i == "pipeline" && mode == "pipeline") || index(mine, " " $i " ")) hit[$3] = NR}
        $2 == "end" && hit[$3] && $1 + after >= placed {excused = 1}
        $2 == "end" {hit[$3] = 0}
        END {for (a in hit) if (hit[a]) excused = 1; print excused ? "excused" : "CUT"}' "$BOOKS/excuses"
}

call_begin() { # AGENT SECONDS
    CALLS=$((CALLS + 1))
    call_run "$CALLS" "$1" "$2" &
}
calls_open() { CALLS_OPEN=$((CALLS - $(find "$BOOKS" -name 'verdict-*' | wc -l))); }

hang_up() { # NUMBER
    [[ ! -s $BOOKS/call-$1.pid || -s $BOOKS/verdict-$1 ]] || kill -TERM "$(cat "$BOOKS/call-$1.pid")" 2>/dev/null || true
}
no_calls() { calls_open; ((CALLS_OPEN == 0)); }
end_calls() {
    local n
    for ((n = 1; n <= CALLS; n++)); do hang_up "$n"; done
    eventually 60 no_calls || violation "$CALLS_OPEN calls do not end"
}

# A new, short call hears the text.
hears() {
    call_begin "$1" 4
    eventually 30 test -s "$BOOKS/verdict-$CALLS" || return 1
    grep -qF -- "$2" "$BOOKS/call-$CALLS.out"
}

# ---- what is printed at the end

verdicts() { cat "$BOOKS"/verdict-* 2>/dev/null | grep -c "^$1\$" || true; }

print_books() {
    local what
    printf '\nseed %s, %s s\n' "$SOAK_SEED" "$SOAK_SECONDS"
    for what in "${!COUNT[@]}"; do printf '  %-34s %6d\n' "$what" "${COUNT[$what]}"; done | sort
    printf '  %-34s %6d\n' 'calls placed' "$CALLS" '  whole' "$(verdicts whole)" \
        '  cut by the nemesis' "$(verdicts excused)" '  never begun' "$(verdicts missed)" \
        '  cut by us' "$(verdicts CUT)"
    printf '  %-34s %6d\n' 'works done' "$(grep -c ' done after ' "$W/service.log" || true)" \
        'works failed' "$(grep -c ' failed after ' "$W/service.log" || true)" \
        'converged at the end, ms' "$CONVERGED" 'violations' "$(wc -l <"$BOOKS/violations")"
    cat "$BOOKS/monitor"
    cat "$BOOKS/violations"
}
