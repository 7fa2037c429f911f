#!/bin/bash
# Goal of this test: taking over what AVR's backend made plans nothing: every oddity of AVR (undefined host variables,
# lower-case pipeline URLs, rewritten keys, numbers in the settings, odd names) is in sync, without
# any spec, and apply sends no change.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk é "quoted"' 'Hi v1'
openai=$(provider_new STS 'OpenAI Realtime' e2e/avr-sts-deepgram:1 \
    '{"OPENAI_API_KEY":"sk-x","OPENAI_INSTRUCTIONS":"https://example.test/prompt","OPENAI_LANGUAGE":"auto","OPENAI_TEMPERATURE":0.7,"OPENAI_TURNS":3,"OPENAI_VAD":true,"NOTE":"a=b\nc"}')
agent=$(agent_row 'url prompt' sts '' '' '' "$openai")
agent_run "$agent"
agent_new_pipeline 'booking'
AVR_LOWER_CASE_URLS=1 agent_new_pipeline 'booking of AVR 1.5.2'
bare=$(provider_new STS 'no settings' e2e/avr-sts-deepgram:1 '{}')
db "UPDATE provider SET config = '{\"dockerImage\":\"e2e/avr-sts-deepgram:1\"}' WHERE id = '$bare'"
agent=$(agent_row 'old row' sts '' '' '' "$bare")
agent_run "$agent"
agent_row 'never started' sts '' '' '' "$bare" >"$W/stopped"
db "UPDATE agent SET status = 'stopped' WHERE id = '$(<"$W/stopped")'"

boxes() {
    docker ps -aq --no-trunc --filter "label=tenant=$TENANT" | sort |
        xargs docker inspect -f '{{.Id}} {{.Name}} {{.State.Status}} {{.State.StartedAt}}'
}
before=$(boxes)
expect_equal "$(wc -l <<<"$before")" 14 'containers of five agents'
no_spec() ( # as somebody runs it who has only AVR's own variables
    cd "$W"
    timeout -k 5 "$LIMIT" "$AVR_RECONCILER" "$@" --state-dir "$STATE" </dev/null
)
expect_exit 0 no_spec diff
expect_exit 0 no_spec adopt
expect_exit 0 no_spec apply
expect_exit 0 no_spec status
expect_equal "$(boxes)" "$before" 'the containers'

step 'with the same host variables as the backend'
export WEBHOOK_URL=http://127.0.0.1:9/webhooks WEBHOOK_SECRET=wh-secret AMI_URL=http://avr-ami:6006
agent_new_sts 'with host variables' 'Hi v1'
expect_exit 2 no_spec diff # the others were made without them
expect_no_text 'wh-secret'
unset WEBHOOK_URL WEBHOOK_SECRET AMI_URL
expect_exit 0 no_spec diff
