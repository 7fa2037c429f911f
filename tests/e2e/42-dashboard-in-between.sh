#!/bin/bash
# Goal of this test: AVR's Run in the middle of a replacement of ours: while the candidate is prepared, instead of a
# container that is gone, and in the gap between the two renames; a live call survives each, and one of each is left.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/backend.sh"

agent_new_sts 'Night desk' 'Hi v1' "$STS_IMAGE"
serve_watched
expect_running

step 'Run while a candidate is ready, before the renames'
begin_count
sts=$(box_id "$STS")
hold '^POST .*/rename\?name=avrd-drain'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
expect_held
press_run || fail 'Run was refused'
let_go
expect_running
expect_changed "$sts" "$(box_id "$STS")" 'sts'
expect_greeting "$AGENT" 'Hi v2'
expect_writes 6

step 'Run in place of a container that is gone, while ours is prepared'
begin_count
hold '^POST .*/rename\?name=avr-sts'
docker rm -f "$STS" >/dev/null
expect_held
press_run || fail 'Run was refused'
theirs=$(box_id "$STS")
let_go
expect_running
expect_equal "$(box_id "$STS")" "$theirs" 'sts is the one AVR made'
expect_greeting "$AGENT" 'Hi v2'
expect_writes 12

step 'Run in the gap between the two renames, with a call on the old container'
begin_count
sts=$(box_id "$STS")
call_place first "$AGENT" 300
hold '^POST .*/rename\?name=avr-sts'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
expect_held
press_run || fail 'Run was refused'
theirs=$(box_id "$STS")
let_go
greets() { [[ $(env_of "$STS" DEEPGRAM_GREETING) == 'Hi v3' && $(slot_boxes "$STS" | grep -c next) == 0 ]]; }
eventually 40 greets || fail 'it does not come to one container'
expect_equal "$(box_id "$STS")" "$theirs" 'sts is the one AVR made'
expect_call_up first
call_hang_up first
expect_running
expect_gone "$sts"
expect_greeting "$AGENT" 'Hi v3'
expect_writes 16

step 'Stop in the middle of a replacement'
begin_count
hold '^POST .*/rename\?name=avrd-drain'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v4'
expect_held
press_stop || fail 'Stop was refused'
let_go
expect_stopped
expect_writes 6
expect_calm_log
serve_end
