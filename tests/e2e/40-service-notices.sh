#!/bin/bash
# Goal of this test: a running service notices by itself a commit in the database, a saved spec, a new local image, a
# container that was killed or removed, and mends each; it stops at TERM with code 0.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

agent_new_sts 'Night desk' 'Hi v1'
serve

step 'a commit in the database'
sts=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
eventually 30 replaced "$STS" "$sts" || fail 'the container is not replaced'
expect_settled
expect_env "$STS" DEEPGRAM_GREETING 'Hi v2'
expect_greeting "$AGENT" 'Hi v2'

step 'a saved spec'
sts=$(box_id "$STS")
spec 'environment: {EXTRA: "1"}'
eventually 30 replaced "$STS" "$sts" || fail 'the container is not replaced'
expect_settled
expect_env "$STS" EXTRA 1

step 'a broken edit changes nothing and is told'
sts=$(box_id "$STS")
printf 'defaults: [\n' >"$SPEC"
rec_says 'the last good state stays in force' 10
ask status >"$W/status.out" || true
grep -q 'last good state' "$W/status.out" || fail 'status does not tell of the broken spec'
expect_equal "$(box_id "$STS")" "$sts" 'the container'
spec 'environment: {EXTRA: "1"}'
rec_says 'believed again' 10
expect_settled

step 'a container is removed, another one is killed'
core=$(box_id "$CORE")
docker rm -f "$STS" >/dev/null
docker kill "$CORE" >/dev/null
expect_settled 60
expect_equal "$(state_of "$STS")" running "$STS"
expect_equal "$(state_of "$CORE")" running "$CORE"
expect_equal "$(box_id "$CORE")" "$core" 'core, which was only started again'
expect_greeting "$AGENT" 'Hi v2'
serve_end
