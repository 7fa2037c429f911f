#!/bin/bash
# soak.sh - the service under everything that happens to it in a year, within minutes.
#
#     cmake --build build/release --target soak
#
# A private engine, agents of both kinds, the service, and a nemesis that at random edits specs,
# commits, moves tags, kills containers, the service and the engine, and slows or cuts the way
# between the two (nemesis.sh), while calls are placed (books.sh) and a monitor looks several times
# a second (monitor.py).  At no time may
#   - a call be cut, unless the nemesis itself took its container or the engine away,
#   - an agent that should run, and that the nemesis did not touch, be without a serving container,
#   - a container of somebody else change, or a secret be in the log.
# At the end the nemesis rests, and everything must converge: in sync, nothing planned, no leftovers.
#
#   SOAK_SECONDS  how long the nemesis is at work (900)   SOAK_AGENTS  agents at the beginning (7)
#   SOAK_SEED     what it chooses (random, printed)       SOAK_PACE    most seconds between two deeds (5)
#   SOAK_WITHOUT  deeds it must not do, as a regular expression
# Variables of the end-to-end tests count too: AVR_RECONCILER, MINI_AVR, E2E_KEEP.
set -euo pipefail
OWN_ENGINE=1
: "${SOAK_SECONDS:=900}" "${SOAK_SEED:=$SRANDOM}" "${SOAK_AGENTS:=7}" "${SOAK_PACE:=5}" "${SOAK_WITHOUT:=^$}"
. "$(dirname "$0")/../e2e/lib.sh"
SOAK=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=books.sh
. "$SOAK/books.sh"
# shellcheck source=nemesis.sh
. "$SOAK/nemesis.sh"

# ---- the service, behind a proxy

proxy_open() {
    rm -f "$W/proxy.sock"
    python3 "$E2E/proxy.py" "$W/proxy.sock" "$E2E_ENGINE/engine.sock" /dev/null &
    PROXY=$!
    eventually 10 test -S "$W/proxy.sock"
}

service_open() {
    DOCKER_HOST=unix://$W/proxy.sock "$AVR_RECONCILER" run -f "$SPEC" --state-dir "$STATE" \
        --control "$W/control.sock" --resync 1h </dev/null >>"$W/service.out" 2>>"$W/service.log" &
    SERVICE=$!
    printf '%s\n' "$SERVICE" >"$BOOKS/service"
}
ask() { timeout -k 5 60 "$AVR_RECONCILER" "$@" --control "$W/control.sock" </dev/null; }
settled() { ask status >/dev/null 2>&1; }

# It may end only by the nemesis.
service_expected() {
    alive "$SERVICE" && return 0
    violation "the service ended by itself: $(tail -n 1 "$W/service.log")"
    service_open
}

# ---- beginning

prepare() {
    own_engine
    world main
    BOOKS=$W/books
    mkdir "$BOOKS"
    : >"$BOOKS/excuses" && : >"$BOOKS/violations"
    more_images
    soak_spec 0
    docker run -d --name stranger --restart always --entrypoint /mini-avr e2e/avr-sts-deepgram:1 deaf >/dev/null
    docker run -d --name avr-sts-of-another --restart always --label app=AVR --label tenant=another \
        --label agentName=avr-sts-of-another --entrypoint /mini-avr e2e/avr-sts-deepgram:1 deaf >/dev/null
    local n
    for ((n = 0; n < SOAK_AGENTS; n++)); do new_agent; done
    proxy_open
    service_open
    eventually 120 settled || fail 'the service does not come to rest before anything happened'
    python3 "$SOAK/monitor.py" "$E2E_ENGINE/engine.sock" "$DB_DATABASE" "$BOOKS" &
    MONITOR=$!
}

# ---- the end

# Who has which address, by the engine and by the processes themselves.
addresses() {
    docker ps -aq | xargs -r docker inspect \
        -f '{{.Name}} {{.State.Status}} {{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}'
    forgotten | while read -r pid id; do
        printf 'forgotten: %s %s %s\n' "$pid" "$id" "$(nsenter -t "$pid" -n ip -4 -o addr | awk '{printf "%s ", $4}')"
    done
}

converge() {
    local began=${EPOCHREALTIME/./}
    last_wishes
    eventually 300 settled || { violation 'it does not come to rest'; ask status >&2 || true; addresses >&2; }
    CONVERGED=$(((${EPOCHREALTIME/./} - began) / 1000))
}

last_look() {
    local id
    end_process "$MONITOR"
    for id in "${AGENTS[@]}"; do
        hears "$id" "$FINAL" || violation "a new call to $id does not hear the last greeting"
    done
    kill -TERM "$SERVICE"
    eventually 20 gone "$SERVICE" || violation 'the service does not end'
    wait "$SERVICE" || violation "the service ends with code $?"
    rec diff >"$W/diff.out" 2>&1 || violation "the last diff has something to do"
    [[ -z $(leftovers) ]] || violation "left behind: $(leftovers)"
    look_through_log
}

look_through_log() {
    ! grep -q "$SECRET" "$W/service.log" "$W/service.out" || violation 'a secret is in the log'
    ! grep -qE 'AddressSanitizer|LeakSanitizer|runtime error:|Assertion' "$W/service.log" ||
        violation 'the sanitizers found something'
}

main() {
    RANDOM=$SOAK_SEED
    step "seed $SOAK_SEED, $SOAK_SECONDS s"
    prepare
    step 'the nemesis is at work'
    nemesis $((SECONDS + SOAK_SECONDS))
    step 'it rests'
    converge
    end_calls
    last_look
    print_books
    [[ ! -s $BOOKS/violations ]] || fail "$(wc -l <"$BOOKS/violations") violations"
}
main
