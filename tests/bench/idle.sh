#!/bin/bash
# idle.sh - what the service costs while nothing happens: CPU, wakeups, requests and memory with a
# fleet in sync, then what a thousand forced looks leave in memory.
#
#     cmake --build build/release --target bench-idle
#
# The containers are real, on an engine of its own (400 take some 6 GB).  Requests are counted by a
# proxy between the service and the engine.  Nothing is asserted; aims are printed beside the results.
#
#   IDLE_AGENTS   agents, two containers each (200)    IDLE_SECONDS  of doing nothing (600)
#   IDLE_FORCED   looks asked for by SIGHUP (1000)     IDLE_RESYNC   between full looks (5m)
set -euo pipefail
OWN_ENGINE=1
: "${IDLE_AGENTS:=200}" "${IDLE_SECONDS:=600}" "${IDLE_FORCED:=1000}" "${IDLE_RESYNC:=5m}" "${LIMIT:=3000}"
. "$(dirname "$0")/../e2e/lib.sh"
BENCH=$(cd "$(dirname "$0")" && pwd)

add_agents() {
    local n provider
    for ((n = 0; n < IDLE_AGENTS; n++)); do
        provider=$(provider_new STS "provider $n" e2e/avr-sts-deepgram:1 "$(sts_env "Hi $n")")
        agent_row "agent $n" sts '' '' '' "$provider" >/dev/null
    done
}

serve_behind_proxy() {
    python3 "$E2E/proxy.py" "$W/proxy.sock" "$E2E_ENGINE/engine.sock" "$W/requests" &
    eventually 10 test -S "$W/proxy.sock" || fail 'the proxy does not listen'
    # Mounts are news to the service, and other engines of this machine mount for every container.
    DOCKER_HOST=unix://$W/proxy.sock NOTIFY_SOCKET=$W/notify.sock unshare --mount --propagation private \
        "$AVR_RECONCILER" run -f "$SPEC" \
        --state-dir "$STATE" --control "$W/control.sock" --resync "$IDLE_RESYNC" \
        --listen 127.0.0.1:0 </dev/null >"$W/run.out" 2>"$W/run.err" &
    SERVICE=$!
}
ask() { timeout 60 "$AVR_RECONCILER" "$@" --control "$W/control.sock" </dev/null; }
settled() { ask status >/dev/null 2>&1; }

# ---- what the kernel says of the service

cpu_us() { awk '{print int($1 / 1000)}' "/proc/$SERVICE/schedstat"; }
memory_kib() { awk '/^VmRSS/ {print $2}' "/proc/$SERVICE/status"; }
wakeups() { cat "/proc/$SERVICE/task/"*/status | awk '/^voluntary_ctxt/ {n += $2} END {print n}'; }
requests() { wc -l <"$W/requests"; }
kinds() { tail -n +"$1" "$W/requests" | sed -E 's|/v1\.[0-9]+||; s|[0-9a-f]{64}|ID|; s|/images/[^ ]*|/images/REF|; s|\?.*||' |
    sort | uniq -c | sort -rn | awk '{printf "%s%d %s %s", (NR > 1 ? ", " : ""), $1, $2, $3}'; }

line() { printf '  %-46s %14s  %s\n' "$1" "$2" "${3-}"; }
per() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.4f", a / b}'; }
mib() { awk -v k="$1" 'BEGIN {printf "%.1f MiB", k / 1024}'; }

idle() {
    local cpu woken asked
    cpu=$(cpu_us) woken=$(wakeups) asked=$(requests)
    sleep "$IDLE_SECONDS"
    cpu=$(($(cpu_us) - cpu)) woken=$(($(wakeups) - woken))
    printf '\nidle for %s s, %s agents, %s containers in sync, a full look every %s\n' "$IDLE_SECONDS" "$IDLE_AGENTS" \
        "$((2 * IDLE_AGENTS))" "$IDLE_RESYNC"
    line 'CPU' "$cpu us"
    line 'CPU, of one core' "$(per "$cpu" "$((IDLE_SECONDS * 10000))") %" 'aim: < 0.1 %'
    line 'wakeups' "$woken" 'aim: none but those of full looks'
    line 'requests' "$(($(requests) - asked))" "$(kinds $((asked + 1)))"
    line 'memory' "$(mib "$(memory_kib)")" 'aim: < 24 MiB'
}

forced() {
    local before
    ((IDLE_FORCED)) || return 0
    python3 "$BENCH/forced.py" "$SERVICE" "$W/notify.sock" 20 # what a first look is in need of
    before=$(memory_kib)
    printf '\n%s looks forced by SIGHUP, one after the other\n' "$IDLE_FORCED"
    local cpu asked
    cpu=$(cpu_us) asked=$(requests)
    python3 "$BENCH/forced.py" "$SERVICE" "$W/notify.sock" "$IDLE_FORCED"
    line 'CPU of each' "$((($(cpu_us) - cpu) / IDLE_FORCED)) us"
    line 'requests' "$(($(requests) - asked))" "$(kinds $((asked + 1)))"
    line 'memory before and after' "$(mib "$before"), $(mib "$(memory_kib)")" 'aim: no growth'
}

prepare() {
    own_engine
    docker network rm "$NET" >/dev/null # too small for 400
    docker network create --subnet "$(sed 's|0\.0/16|4.0/22|' "$E2E_ENGINE/pool")" "$NET" >/dev/null
    world main
    printf 'database: %s\ndefaults:\n  update: {monitor: 0s, parallelism: 4}\n' "$DB_DATABASE" >"$SPEC"
    step "$IDLE_AGENTS agents"
    add_agents
    rec apply >"$W/apply.out" 2>"$W/apply.err" || fail 'the fleet cannot be made'
    serve_behind_proxy
    eventually 60 settled || fail 'the service does not come to rest'
    sleep 15 # the beginning's last timers
}

prepare
idle
forced
kill -TERM "$SERVICE"
wait "$SERVICE" || fail "the service ends with code $?"
line 'exit' 'clean'
