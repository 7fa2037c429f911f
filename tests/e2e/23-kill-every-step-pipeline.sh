#!/bin/bash
# Goal of this test: the same with a pipeline agent whose prompt changes: its llm moves together with its core,
# and a kill at any step leaves an agent that the next apply completes.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

. "$E2E/kills.sh"

new_agent() { agent_new_pipeline "lane $1" 'prompt 0'; }
change_settings() { provider_set "$PROVIDER_LLM" SYSTEM_PROMPT "prompt $1"; }
check_serving() {
    local role
    for role in core asr llm tts; do
        slot_boxes "avr-$role-$AGENT" | grep -q ' running$' ||
            fail "after a kill at line $1 no $role runs"
    done
}
check_settings() {
    local role slot
    for role in core asr llm tts; do
        slot=avr-$role-$AGENT
        expect_equal "$(slot_boxes "$slot")" "$slot running" "containers after a kill at line $1"
    done
    expect_env "avr-llm-$AGENT" SYSTEM_PROMPT "prompt $1"
    core_healthy "$AGENT" || fail "core does not answer after a kill at line $1"
}
run_lanes
