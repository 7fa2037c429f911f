#!/bin/bash
# latency.sh - how soon the service has answered what happens: from a saved spec, a commit, a new
# tag, a killed or removed container, SIGHUP or a command until the container that results serves.
#
#     cmake --build build/release --target bench-latency
#
# In the same run the engine's own time for the same requests is taken, made bare.  Nothing is
# asserted.  Of what is not the engine's, 100 ms are waited so that many events are one, and 200 ms
# more for a spec, which is believed only when two reads agree.
#
#   LATENCY_REPEAT  times each (20)    LATENCY_AGENTS  agents that take turns (8)
set -euo pipefail
OWN_ENGINE=1
: "${LATENCY_REPEAT:=20}" "${LATENCY_AGENTS:=8}"
. "$(dirname "$0")/../e2e/lib.sh"
BENCH=$(cd "$(dirname "$0")" && pwd)
: "${BENCH_PROGRAMS:=$TOP/build/release/tests/bench}"
# shellcheck source=../e2e/service.sh
. "$E2E/service.sh"

own_engine
world main
printf 'database: %s\ndefaults:\n  update: {monitor: 0s}\n' "$DB_DATABASE" >"$SPEC"
image_build bench/v0:1 sts 0
image_build bench/v1:1 sts 1
agents=()
for ((n = 0; n < LATENCY_AGENTS; n++)); do
    docker tag bench/v0:1 "bench/sts-$n:1"
    agent_new_sts "agent $n" 'Hi' "bench/sts-$n:1"
    agents+=("$AGENT:$PROVIDER")
done
docker run -d --name bare --network "$NET" -e PORT=6100 bench/v0:1 >/dev/null
serve
expect_settled
python3 "$BENCH/latency.py" "$E2E_ENGINE/engine.sock" "$DB_DATABASE" "$SPEC" "$REC" "$LATENCY_REPEAT" \
    "$BENCH_PROGRAMS/bench.floor" "${agents[@]}" -- "$AVR_RECONCILER" apply --yes --control "$W/control.sock"
expect_settled 120
serve_end
