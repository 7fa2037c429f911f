#!/bin/bash
# handover.sh - what calls that start while the sts of their agent is replaced notice of it: how many
# are not answered, and the longest time in which no call was.
#
#     cmake --build build/release --target bench-handover
#
# Calls start at a steady rate, each lasts a second, and edits of the greeting replace the sts
# meanwhile.  Once core dials by name, as AVR does; once it posts to the service as a relay, and
# dials what that answers.  The rate alone leaves a pause between two calls, and so does a busy
# machine: the first line is without any replacement.  Nothing is asserted, but for each edit
# having replaced the container.
#
#   HANDOVER_RATE   calls a second (20)    HANDOVER_SECONDS  of calls (20)
#   HANDOVER_EDITS  in this time (3)
set -euo pipefail
OWN_ENGINE=1
: "${HANDOVER_RATE:=20}" "${HANDOVER_SECONDS:=20}" "${HANDOVER_EDITS:=3}"
. "$(dirname "$0")/../e2e/lib.sh"
BENCH=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../e2e/service.sh
. "$E2E/service.sh"

# Replacements, evenly over the time of the calls.
replace_sts() {
    local n old
    for ((n = 1; n <= HANDOVER_EDITS; n++)); do
        sleep "$(awk -v s="$HANDOVER_SECONDS" -v n="$HANDOVER_EDITS" 'BEGIN {print s / (n + 1)}')"
        old=$(box_id "$STS")
        provider_set "$PROVIDER" DEEPGRAM_GREETING "Hi $n"
        eventually 20 replaced "$STS" "$old" || fail 'the container is not replaced'
    done
}

calls() { # WHAT [COMMAND]: that runs meanwhile
    local core http address meanwhile
    IFS='|' read -r core http < <(db "SELECT port, httpPort FROM agent WHERE id = '$AGENT'")
    address=$(address_of "$CORE")
    "${2:-true}" &
    meanwhile=$!
    python3 "$BENCH/handover.py" "$1" "$HANDOVER_RATE" "$HANDOVER_SECONDS" \
        "$MINI_AVR" caller --core "$address:$core" --http "$address:$http" --seconds 1
    wait "$meanwhile" || fail 'not all edits were carried out'
}

# in_world NAME [ARGUMENTS…]: an agent that is looked after by a service with these.
in_world() {
    world "$1"
    printf 'database: %s\ndefaults:\n  update: {monitor: 0s}\n' "$DB_DATABASE" >"$SPEC"
    agent_new_sts 'Night desk' 'Hi'
    serve "${@:2}"
    expect_settled
}

own_engine
printf '%-26s %8s %10s %5s %19s %20s\n' "$HANDOVER_RATE calls a second" started 'failed' cut 'longest gap, ms' 'slowest answer, ms'
in_world plain
calls 'nothing is replaced'
calls 'core dials the name' replace_sts
expect_settled 60
serve_end

gateway=$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' "$NET")
port=$(free_port)
backend=$(free_port)
export WEBHOOK_SECRET=hook-secret WEBHOOK_URL=http://$gateway:$port/webhooks
MINI_BIND=127.0.0.1 PORT=$backend "$MINI_AVR" webhook-log >"$WORK/backend.log" 2>&1 &
in_world relay --listen "$gateway:$port" --webhook-forward "http://127.0.0.1:$backend/webhooks"
calls 'core asks the relay' replace_sts
docker logs "$CORE" >"$W/core.log" 2>&1
printf '  to the container of its choice the relay sent %s of these\n' "$(grep -c 'the webhook chose' "$W/core.log")"
expect_settled 60
serve_end
