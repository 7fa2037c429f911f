#!/bin/bash
# Goal of this test: kill -9 at every single step of an apply, as its line appears: something always serves, and a
# second apply converges, with one container per name and nothing left over.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

. "$E2E/kills.sh"

new_agent() { agent_new_sts "lane $1" 'Hi 0'; }
change_settings() { provider_set "$PROVIDER" DEEPGRAM_GREETING "Hi $1"; }
check_serving() {
    slot_boxes "$STS" | grep -q ' running$' || fail "after a kill at line $1 no sts runs"
    expect_serves "$CORE"
}
check_settings() {
    expect_env "$STS" DEEPGRAM_GREETING "Hi $1"
    expect_equal "$(slot_boxes "$STS")" "$STS running" "containers after a kill at line $1"
    expect_equal "$(slot_boxes "$CORE")" "$CORE running" "core after a kill at line $1"
}
run_lanes
