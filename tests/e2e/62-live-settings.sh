#!/bin/bash
# Goal of this test: a container with config: per_call hears at the very next call what was saved a moment before,
# and no container changes for it; it holds no prompt and no key, and nobody else is told any.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

agent_new_sts 'Night desk' 'Hi v1'
gateway=$(docker network inspect "$NET" --format '{{(index .IPAM.Config 0).Gateway}}')
port=$(between 20000 29999)
export AVR_RECONCILER_LISTEN=$gateway:$port AVR_RECONCILER_ADVERTISE=http://$gateway:$port
spec 'config: per_call'
core=$(box_id "$CORE")
old=$(box_id "$STS")

# status_of URL: of a GET by this machine, which is nobody's container.
status_of() { curl -s -o "$W/answer.out" -w '%{http_code}' --max-time 10 "$1"; }
config=/internal/providers/$PROVIDER/config

step 'the container is made anew, once, and holds nothing that it fetches'
serve -v
eventually 60 replaced "$STS" "$old" || fail 'the container is not replaced'
expect_settled 60
backend=$(env_of "$STS" BACKEND_URL)
expect_env "$STS" PROVIDER_ID "$PROVIDER"
[[ $backend == "$AVR_RECONCILER_ADVERTISE/c/sts.$AGENT."* ]] || fail "its address is '$backend'"
for name in DEEPGRAM_API_KEY AGENT_PROMPT DEEPGRAM_GREETING; do
    [[ -z $(env_of "$STS" "$name") ]] || fail "$name is in its environment"
done
expect_equal "$(box_id "$CORE")" "$core" 'core'
expect_greeting "$AGENT" 'Hi v1'

step 'the very next call hears what was saved a moment ago'
sts=$(box_id "$STS")
for i in 2 3 4; do
    provider_set "$PROVIDER" DEEPGRAM_GREETING "Hi v$i"
    expect_greeting "$AGENT" "Hi v$i"
done
expect_settled 20
expect_equal "$(box_id "$STS")" "$sts" 'the container'

step 'what it reads once needs a new one'
provider_set "$PROVIDER" DEEPGRAM_SAMPLE_RATE 16000
eventually 30 replaced "$STS" "$sts" || fail 'a cold setting makes no new container'
expect_settled 60
expect_env "$STS" DEEPGRAM_SAMPLE_RATE 16000
expect_equal "$(env_of "$STS" BACKEND_URL)" "$backend" 'its address'

step 'nobody else is told anything'
expect_equal "$(status_of "$AVR_RECONCILER_ADVERTISE$config")" 404 'anonymous'
expect_equal "$(status_of "${backend%????}0000$config")" 404 'a wrong token'
expect_equal "$(status_of "$backend/internal/providers/other/config")" 404 'another provider'
expect_equal "$(status_of "$backend$config")" 200 'its own token'
jq -e '.env.DEEPGRAM_GREETING == "Hi v4" and .env.DEEPGRAM_API_KEY == "dg-not-a-real-key"
       and (.env | has("PORT") or has("BACKEND_URL") | not)' "$W/answer.out" >/dev/null || fail 'not its settings'
expect_equal "$(status_of "$backend/internal/agents/$AGENT/providers")" 200 'where its parts are'
jq -e --arg url "ws://$STS:$(env_of "$STS" PORT)" '.stsUrl == $url' "$W/answer.out" >/dev/null || fail 'not where it is'
etag=$(curl -s -D - -o /dev/null "$backend$config" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
expect_equal "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag" "$backend$config")" 304 'asked again'

step 'an address without a token will do for the agent itself'
sts=$(box_id "$STS")
spec 'config: per_call' "agents: {Night desk: {sts: {environment: {BACKEND_URL: '$AVR_RECONCILER_ADVERTISE'}}}}"
eventually 30 replaced "$STS" "$sts" || fail 'another address makes no new container'
expect_settled 60
expect_env "$STS" DEEPGRAM_GREETING 'Hi v4'
sts=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v5'
expect_greeting "$AGENT" 'Hi v5'
expect_equal "$(box_id "$STS")" "$sts" 'the container'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v4'
expect_settled 20

step 'a database that cannot be read is no reason to forget'
mv "$DB_DATABASE" "$W/away.db"
printf 'rubbish' >"$DB_DATABASE"
sleep 1
curl -s -D "$W/head.out" -o "$W/answer.out" "$backend$config"
jq -e '.env.DEEPGRAM_GREETING == "Hi v4"' "$W/answer.out" >/dev/null || fail 'its last good settings are forgotten'
grep -qi '^x-avr-settings-age: [1-9]' "$W/head.out" || fail 'their age is not told'
grep -q 'its last good state stays in force' "$W/bg.err" || fail 'the log does not say it'
mv "$W/away.db" "$DB_DATABASE"
expect_settled 60

step 'the token is told nowhere'
token=${backend#*/c/}
program diff -v >"$W/diff.out"
program history >"$W/history.out"
program history 'Night desk' --generations >"$W/generations.out"
program diff -o json >"$W/diff-json.out"
cp "$SPEC" "$W/spec.sent"
spec 'config: per_call'
program config >"$W/config.out"
cp "$W/spec.sent" "$SPEC"
grep -q 'BACKEND_URL.*/c/(hidden' "$W/config.out" || fail 'the rest of the address is not shown'
! grep -rlF -- "$token" "$W" || fail 'the token stands in clear above'
serve_end
