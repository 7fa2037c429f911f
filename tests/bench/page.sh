#!/bin/bash
# page.sh - how soon the page shows what happens: from a step, the end of the work on an agent or a
# finished round, by the service's own clock, until the document in a real browser has changed.
#
#     cmake --build build/release --target bench-page
#
# Nothing is asserted.  The browser works on the same machine as the service and what it works on.
#
#   PAGE_AGENTS  are replaced at once (8)     PAGE_TIMES  so often (3)
set -euo pipefail
OWN_ENGINE=1
: "${PAGE_AGENTS:=8}" "${PAGE_TIMES:=3}"
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=../e2e/service.sh
. "$E2E/service.sh"
# shellcheck source=../page/tools.sh
. "$TOP/tests/page/tools.sh"
page_tools "${PAGE_MODULES:-$(dirname "$AVR_RECONCILER")/tests/page/modules}"

own_engine
world main
port=$(free_port)
printf 'database: %s\ndefaults:\n  update: {monitor: 0s}\n' "$DB_DATABASE" >"$SPEC"
providers=()
for ((n = 0; n < PAGE_AGENTS; n++)); do
    agent_new_sts "agent $n" 'Hi'
    providers+=("$PROVIDER")
done
serve --listen "127.0.0.1:$port" --log-format json
expect_settled 120

mkfifo "$W/stop"
node "$TOP/tests/page/latency.js" "http://127.0.0.1:$port/" "$W/bg.err" <"$W/stop" >"$W/page.out" 2>&1 &
BROWSER=$!
exec 9>"$W/stop"
looks_on() { grep -qx 'looks on' "$W/page.out"; }
eventually 60 looks_on || fail 'the page does not open'
for ((i = 0; i < PAGE_TIMES; i++)); do
    for provider in "${providers[@]}"; do provider_set "$provider" DEEPGRAM_GREETING "Hi $i"; done
    sleep 2
    expect_settled 300
done
sleep 1
exec 9>&-
wait "$BROWSER" || { cat "$W/page.out" >&2; fail 'the browser failed'; }
printf '%s agents, replaced %s times, load %s\n' "$PAGE_AGENTS" "$PAGE_TIMES" "$(cut -d' ' -f1 /proc/loadavg)"
sed 1d "$W/page.out"
serve_end
