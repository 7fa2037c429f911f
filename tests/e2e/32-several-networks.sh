#!/bin/bash
# Goal of this test: an agent on several networks, whatever the engine's version: the candidate is
# created on the first one and connected to the others before it starts, also when the program is
# killed in between.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

extra=voice-$$
docker network create "$extra" >/dev/null
address_of() { docker inspect --type container -f '{{.NetworkSettings.Networks.avr.IPAddress}}' "$1"; }
networks_of() { docker inspect --type container -f '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' "$1" | sed '/^$/d' | paste -sd ' '; }

agent_new_sts 'Night desk' 'Hi v1'
sts=$(box_id "$STS")

step 'a second network means another container, connected before it starts'
spec "networks: [avr, $extra]"
expect_exit 2 rec diff -v
expect_text "connect candidate avrd-next-[0-9a-f]+ to network $extra"
expect_exit 0 rec apply
[[ $(box_id "$STS") != "$sts" ]] || fail 'the container was not replaced'
expect_equal "$(networks_of "$STS")" "avr $extra" 'the networks of sts'
expect_equal "$(networks_of "$CORE")" "avr $extra" 'the networks of core'
expect_in_sync
expect_greeting "$AGENT" 'Hi v1'

step 'a network that is not there fails the candidate alone'
sts=$(box_id "$STS")
spec "networks: [avr, $extra, nowhere-$$]"
code=0
rec apply >"$W/nowhere.out" 2>&1 || code=$?
((code != 0)) || fail 'it was connected to a network that is not there'
grep -q "nowhere-$$" "$W/nowhere.out" || fail 'the network is not named'
expect_equal "$(box_id "$STS")" "$sts" 'the container that serves'
expect_greeting "$AGENT" 'Hi v1'

step 'killed between the create and the start'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
spec "networks: [avr, $extra]"
for at in 1 2 3 4; do
    killed_at "$at" apply || break
done
expect_exit 0 rec apply
expect_equal "$(networks_of "$STS")" "avr $extra" 'the networks of sts'
expect_in_sync
expect_greeting "$AGENT" 'Hi v2'
[[ -z $(leftovers) ]] || fail 'something is left over'

step 'back to one'
spec 'network: avr'
expect_exit 0 rec apply
expect_equal "$(networks_of "$STS")" avr 'the networks of sts'
expect_in_sync
docker rm -f "$STS" "$CORE" >/dev/null
docker network rm "$extra" >/dev/null
