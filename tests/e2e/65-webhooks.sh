#!/bin/bash
# Goal of this test: core's webhooks reach the service. A call that nothing else shows keeps an old container until
# it ends; as a relay the service answers core whatever the backend does, keeps the order of a call's events, and
# sends a new call to the container that serves, by an address that a hand-over does not move.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

export WEBHOOK_SECRET=hook-secret
gateway=$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' "$NET")
port=$((20000 + $$ % 20000))
export WEBHOOK_URL=http://$gateway:$port/webhooks

# The backend of this test: notes what it gets, and is as slow as $W/slow says.
cat >"$W/backend.py" <<'PY'
import http.server, json, os, sys, time
log, slow, port_file = sys.argv[1:]
class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if os.path.exists(slow):
            time.sleep(float(open(slow).read()))
        event = json.loads(body)
        with open(log, "a") as f:
            print(event["uuid"], event["type"], self.headers["x-avr-webhook-secret"],
                  self.headers["x-avr-agent-id"], file=f)
        answer = b'{"status":"ok"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
with open(port_file + ".new", "w") as f:
    print(server.server_address[1], file=f)
os.rename(port_file + ".new", port_file)
server.serve_forever()
PY
backend_start() {
    python3 "$W/backend.py" "$W/backend.log" "$W/slow" "$W/backend.port" &
    BACKEND=$!
    eventually 10 test -s "$W/backend.port" || fail 'the backend does not start'
}

# A call that no row tells of, and whose connections this deployment cannot see.
silent_call() { # NAME
    local http core
    IFS='|' read -r core http < <(db "SELECT port, httpPort FROM agent WHERE id = '$AGENT'")
    rm -f "$W/call-$1.out"
    uuid >"$W/call-$1.uuid"
    "$MINI_AVR" caller --core "$(address_of "$CORE"):$core" --http "$(address_of "$CORE"):$http" \
        --uuid "$(cat "$W/call-$1.uuid")" --seconds 300 >"$W/call-$1.out" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$W/call-$1.pid"
    eventually 15 grep -qs 'heard: ' "$W/call-$1.out" || fail "call $1 heard nothing"
}
silent_end() {
    kill -TERM "$(cat "$W/call-$1.pid")"
    eventually 10 call_over "$1" || fail "call $1 does not end"
}
types_of() { awk -v u="$(cat "$W/call-$1.uuid")" '$1 == u {printf "%s ", $2}' "$W/backend.log"; }
post() { # SECRET BODY: prints the status
    curl -s -o "$W/answer.out" -w '%{http_code}' --max-time 5 -H "x-avr-webhook-secret: $1" \
        -H "x-avr-agent-id: $AGENT" -d "$2" "http://127.0.0.1:$port/webhooks"
}
sts_address() { printf 'ws://%s:%s' "$(box_id "$STS" | cut -c 1-12)" "$(env_of "$STS" PORT)"; }
is_routed() {
    [[ $(post hook-secret '{"uuid":"probe","type":"call_initiated"}') == 200 ]] &&
        [[ $(jq -r .sts_url "$W/answer.out") == "$(sts_address)" ]]
}
# A call that core sends to the container itself. While something is news of the agent's containers the name must
# do, and then it is another call's turn.
routed_call() { # NAME
    silent_call "$1"
    docker logs "$CORE" >"$W/core.out" 2>&1
    ! grep -qF "call $(cat "$W/call-$1.uuid"): the webhook chose $(sts_address)" "$W/core.out" || return 0
    silent_end "$1"
    return 1
}
drained() { [[ -z $(leftovers) ]]; }

# As in a container of its own, without pid: host: the connections of calls are out of sight.
printf '#!/bin/bash\nexec unshare --pid --fork --kill-child --mount-proc %q "$@"\n' "$AVR_RECONCILER" >"$W/unsighted"
chmod +x "$W/unsighted"

backend_start
agent_new_sts 'Night desk' 'Hi v1'
AVR_RECONCILER=$W/unsighted serve --listen "127.0.0.1:$port,$gateway:$port" --webhook-forward "http://127.0.0.1:$(cat "$W/backend.port")/webhooks"

step 'whoever does not know the secret is sent away, and what is no event'
expect_equal "$(post wrong '{"uuid":"u","type":"call_started"}')" 401 'a wrong secret'
expect_equal "$(post hook-secret '{"uuid":"u"}')" 400 'no event'
expect_equal "$(post hook-secret '{"uuid":"u 1","type":"call_started"}')" 400 'no uuid'

step 'a new call is sent to the container that serves, by an address of its own'
expect_settled
old=$(box_id "$STS")
eventually 10 is_routed || fail "not sent to the container itself: $(cat "$W/answer.out")"
expect_equal "$(post hook-secret '{"uuid":"probe","type":"call_ended"}')" 200 'its end'
eventually 30 routed_call first || fail 'core does not obey'
eventually 10 grep -q "^$(cat "$W/call-first.uuid") call_started" "$W/backend.log" || fail 'the backend was told nothing'
expect_equal "$(types_of first | cut -d' ' -f1,2)" 'call_initiated call_started' 'order at the backend'
grep -q " hook-secret $AGENT\$" "$W/backend.log" || fail 'the headers were not passed on'

step 'the call that only the webhook shows keeps the old container'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
eventually 60 replaced "$STS" "$old" || fail 'the container is not replaced'
rec_says 'waiting for 1 call' 30
expect_state "$old" running
expect_call_up first
silent_call second
call_heard second | grep -qF 'Hi v2' || fail 'a new call is not on the new container'
silent_end first
eventually 60 drained || fail 'the old container does not go after the call'
expect_gone "$old"
expect_call_up second

step 'a slow backend holds nobody up'
echo 4 >"$W/slow"
announce_slow() { # while the agent's containers have news there is no address: then another call is announced
    local began
    SLOW=slow$((++TRIES))
    began=$(date +%s%N)
    expect_equal "$(post hook-secret "{\"uuid\":\"$SLOW\",\"type\":\"call_initiated\",\"timestamp\":\"1\"}")" 200 'an announced call'
    (($(date +%s%N) - began < 3000000000)) || fail 'core waited for a slow backend'
    expect_equal "$(jq -r .status "$W/answer.out")" ok 'the answer'
    jq -e .sts_url "$W/answer.out" >/dev/null
}
TRIES=0
eventually 30 announce_slow || fail 'a slow backend leaves the call without an address'
for type in call_started transcription call_ended; do
    expect_equal "$(post hook-secret "{\"uuid\":\"$SLOW\",\"type\":\"$type\"}")" 200 "$type"
done
rm "$W/slow"
slow_is_told() { [[ $(awk -v uuid="$SLOW" '$1 == uuid {printf "%s ", $2}' "$W/backend.log") == 'call_initiated call_started transcription call_ended ' ]]; }
eventually 60 slow_is_told || fail "the order is lost: $(grep '^slow' "$W/backend.log")"

step 'nor does one that is away'
end_process "$BACKEND" 5
silent_call third
expect_call_up third
silent_end third
silent_end second
expect_settled 60
kill -TERM "$(pgrep -P "$REC")"
rec_wait 10
expect_equal "$CODE" 0 'exit of the service'
