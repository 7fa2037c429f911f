#!/bin/bash
# live.sh - how soon a container hears its settings at a call: so many questions a second, each on a
# connection of its own, once at rest and once while round follows round.
#
#     cmake --build build/release --target bench-live
#
# Nothing is asserted.  An empty server is asked at the same time: what that takes is the machine's.
#
#   LIVE_AGENTS   whose containers ask (8)     LIVE_SECONDS  for each of both (15)
#   LIVE_RATE     questions a second (200)
set -euo pipefail
OWN_ENGINE=1
: "${LIVE_AGENTS:=8}" "${LIVE_SECONDS:=15}" "${LIVE_RATE:=200}"
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=../e2e/service.sh
. "$E2E/service.sh"

own_engine
world main
port=$(free_port)
export AVR_RECONCILER_LISTEN=127.0.0.1:$port AVR_RECONCILER_ADVERTISE=http://127.0.0.1:$port
spec 'config: per_call'
for ((n = 0; n < LIVE_AGENTS; n++)); do agent_new_sts "agent $n" 'Hi'; done
serve
expect_settled 120
docker ps -q --filter label=app=AVR | xargs docker inspect | jq -r '
    .[].Config.Env | map(split("=") | {key: .[0], value: (.[1:] | join("="))}) | from_entries
    | select(.BACKEND_URL and .PROVIDER_ID) | "\(.BACKEND_URL)/internal/providers/\(.PROVIDER_ID)/config"' >"$W/urls"
printf '%s agents, %s questions a second for %s s, load %s\n' "$LIVE_AGENTS" "$LIVE_RATE" "$LIVE_SECONDS" \
    "$(cut -d' ' -f1 /proc/loadavg)"
"$BENCH_PROGRAMS/bench.ask" "$W/urls" "$LIVE_RATE" "$LIVE_SECONDS" 'at rest'
while sleep 0.2; do kill -HUP "$REC"; done &
"$BENCH_PROGRAMS/bench.ask" "$W/urls" "$LIVE_RATE" "$LIVE_SECONDS" 'while rounds run'
kill $!
rounds=$(curl -s "http://127.0.0.1:$port/metrics" | sed -n 's/^avr_reconciler_cycles_total{result="good"} //p')
printf '  %s rounds in all\n' "$rounds"
expect_settled 60
serve_end
