#!/bin/bash
# Goal of this test: doctor finds nothing in a healthy fleet and changes nothing; it finds real faults of the wiring, and
# after the commands it printed were run they are gone.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

export WEBHOOK_URL=http://127.0.0.1:9/webhooks WEBHOOK_SECRET=wh AMI_URL=http://avr-ami:6006
agent_new_sts 'Night desk' 'Hi v1'
expect_exit 0 rec doctor
expect_text '1 agent, 2 containers: nothing found'

kinds() { jq -r '.findings[].kind' <<<"$OUT" | sort | paste -sd ' '; }
# Everything that doctor printed as a command, as a person would.
mend() {
    local line
    jq -r '.findings[].command' <<<"$OUT" >"$W/commands"
    while read -r line; do
        step "$line"
        (eval "$line") </dev/null >>"$W/mend.out" 2>>"$W/mend.err" || fail "'$line' failed"
    done <"$W/commands"
}
avr-reconciler() { rec "$@"; }
faults() { # KINDS: found, mended, gone
    expect_exit 2 rec doctor -o json
    expect_equal "$(kinds)" "$1" 'what is found'
    mend
    expect_exit 0 rec doctor
    expect_in_sync
}

step 'the sts container was made anew with another port'
old=$(env_of "$STS" PORT)
docker rm -f "$STS" >/dev/null
port=$old
until [[ $port != "$old" ]]; do
    docker rm -f "$STS" >/dev/null 2>&1 || true
    port=$(provider_run "$AGENT" sts)
done
agent_ready "$AGENT"
faults 'stale-url'
expect_env "$CORE" STS_URL "ws://$STS:$port"
expect_greeting "$AGENT" 'Hi v1'

step 'the dashboard says running, and nothing runs'
docker rm -f "$STS" "$CORE" >/dev/null
faults 'nothing-runs'

step 'a stranger has the name, and an updater runs'
docker rm -f "$STS" >/dev/null
docker tag e2e/avr-sts-deepgram:1 e2e/watchtower:1
docker create --name "$STS" --label "e2e=$TEST_TENANT" e2e/avr-sts-deepgram:1 >/dev/null
docker run -d --name "$TEST_TENANT-updater" --label "e2e=$TEST_TENANT" --net none -e PORT=6030 e2e/watchtower:1 >/dev/null
expect_exit 2 rec doctor -o json
expect_equal "$(kinds)" 'name-taken not-running updater' 'what is found'
mend # the name is free after the first round,
expect_exit 0 rec doctor # and the agent was mended by the last command of it
docker image rm e2e/watchtower:1 >/dev/null 2>&1 || true

step 'made by a backend that had no WEBHOOK_URL'
docker rm -f "$CORE" >/dev/null
webhook=$WEBHOOK_URL
unset WEBHOOK_URL WEBHOOK_SECRET
box_run "$CORE" "$CORE_DEFAULT_IMAGE" "$(core_env "$AGENT" "STS_URL=ws://$STS:$(env_of "$STS" PORT)")"
agent_ready "$AGENT"
expect_exit 0 rec diff # nobody asks for it, so it is no difference
expect_exit 2 rec doctor -o json
expect_equal "$(kinds)" 'undefined' 'what is found'
mend
expect_changed "$(env_of "$CORE" WEBHOOK_URL)" undefined 'WEBHOOK_URL of core'
export WEBHOOK_URL=$webhook WEBHOOK_SECRET=wh
expect_exit 0 rec apply
expect_exit 0 rec doctor

step 'a network that nobody made'
spec "network: $TEST_TENANT-net"
expect_exit 2 rec doctor -o json
expect_equal "$(kinds)" 'network-missing' 'what is found'
mend
expect_exit 0 rec doctor
docker network rm "$TEST_TENANT-net" >/dev/null
spec '' ''

step 'a service that hangs, and one that died'
python3 -c 'import socket, sys, signal
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(8); print("listens", flush=True); signal.pause()' \
    "$W/control.sock" >"$W/hung" &
hung=$!
eventually 10 grep -q listens "$W/hung" || fail 'no listener'
expect_exit 2 rec doctor --control "$W/control.sock"
expect_text 'systemctl restart avr-reconciler'
end_process "$hung"
expect_exit 2 rec doctor --control "$W/control.sock"
expect_text 'systemctl start avr-reconciler'
rm "$W/control.sock"
expect_exit 0 rec doctor --control "$W/control.sock"
