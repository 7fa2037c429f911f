#!/bin/bash
# Goal of this test: AVR's own backend beside a running service: Run, Stop, Run again, "Update image & restart", the
# Dockers page and Delete all end as the user asked, with no refusal, no fight and nothing made twice.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/backend.sh"

agent_new_sts 'Night desk' 'Hi v1' "$STS_IMAGE"
serve_watched
expect_running
begin_count

step 'Stop, and the second container takes its time'
PAUSE=2 press_stop || fail 'Stop was refused'
expect_stopped
expect_writes 0

step 'Run on a stopped agent, and the second image takes its time'
PAUSE=2 press_run || fail 'Run was refused'
expect_running
expect_writes 0

step 'Run again while it runs'
press_run || fail 'Run was refused'
expect_running
expect_writes 0

step 'Run while sts has exited: whoever is first, it is started once and core stays'
core=$(box_id "$CORE") sts=$(box_id "$STS")
docker kill "$STS" >/dev/null
press_run || true # an answer of 304 is an error to the backend
status_is running
expect_running
expect_equal "$(box_id "$STS") $(box_id "$CORE")" "$sts $core" 'the containers'
expect_writes 1

step 'a Run that draws another port: core follows, sts stays as AVR made it'
begin_count
port=$(env_of "$STS" PORT)
docker stop -t 1 "$STS" >/dev/null && docker rm "$STS" >/dev/null
PORT=$((port == 6999 ? 6000 : port + 1)) press_run || fail 'Run was refused'
sts=$(box_id "$STS")
expect_running
expect_equal "$(box_id "$STS")" "$sts" 'sts'
expect_changed "$port" "$(env_of "$STS" PORT)" 'the port'
expect_greeting "$AGENT" 'Hi v1'
expect_writes 6

step '"Update image & restart" when there is another image: pulled by the backend, taken by us'
image_build "$STS_IMAGE" sts 2
docker push -q "$STS_IMAGE" >/dev/null
docker tag e2e/avr-sts-deepgram:1 "$STS_IMAGE"
expect_running
begin_count
press_restart "$STS" || true # its container may be gone before it is through
expect_running
expect_equal "$(image_of "$STS")" "$(image_id "$STS_IMAGE")" 'the image of sts'
expect_changed "$(image_of "$STS")" "$(image_id e2e/avr-sts-deepgram:1)" 'the image of sts'
expect_writes 12

step 'a stop on the Dockers page: the database still asks for it, so it comes back'
begin_count
sts=$(box_id "$STS")
press_box_stop "$STS" || fail 'it was refused'
expect_running
expect_equal "$(box_id "$STS")" "$sts" 'sts'
expect_writes 1

step 'Delete, while an old container still has a call'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
call_place first "$AGENT" 120
eventually 30 replaced "$STS" "$sts" || fail 'it is not replaced'
expect_call_up first
expect_state "$sts" running
begin_count
PAUSE=2 press_delete || fail 'Delete was refused'
call_row_end "$(cat "$W/call-first.uuid")" # with core went the call
expect_stopped
expect_writes 2
expect_calm_log
serve_end
