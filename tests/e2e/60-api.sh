#!/bin/bash
# Goal of this test: every answer over HTTP is what openapi.yaml says; orders given there are those of the verbs and cut
# no call; what happens reaches whoever listens, and whoever was away for a moment; no answer holds a secret.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
python3 -c 'import jsonschema, yaml' 2>/dev/null || skip 'python3-jsonschema or python3-yaml is missing'

OPENAPI=$TOP/reconciler/face/openapi.yaml
openapi() { "$E2E/openapi.py" "$OPENAPI" "$@"; }

# request METHOD PATH [BODY]: sets STATUS and ANSWER, a file; holds them against the file.
n_answers=0
request() {
    local method=$1 url=$2 body=${3-} kind
    local -a options=(-sS --max-time 20 -X "$method" -o "$W/answer" -w '%{http_code} %{content_type}')
    [[ $method == GET ]] ||
        options+=(-H "Content-Type: ${TYPE:-application/json}" -H "${MARK:-X-AVR-Reconciler}: 1" --data "$body")
    ANSWER=$W/answer-$((n_answers++)).json
    read -r STATUS kind < <(curl "${options[@]}" "$BASE$url" && echo)
    mv "$W/answer" "$ANSWER"
    openapi answer "$method" "$url" "$STATUS" "$kind" <"$ANSWER" ||
        fail "$method $url is not answered as promised: $(head -c 2000 "$ANSWER")"
}
get() { request GET "$@"; expect_equal "$STATUS" 200 "GET $1"; }
post() { openapi body POST "$1" <<<"${2:-"{}"}"; request POST "$@"; expect_equal "$STATUS" 202 "POST $1"; }
answer() { jq -r "$1" "$ANSWER"; }
expect_answer() { expect_equal "$(answer "$1")" "$2" "$1 of $ANSWER"; }
# listen FILE PATH [CURL-OPTION…]: a reader of a stream, until the test ends.
listen() { curl -sSN "${@:3}" "$BASE$2" >"$1" 2>"$1.err" & LISTENER=$!; }
heard() { grep -qE -- "$2" "$1"; }
expect_heard() { eventually 30 heard "$1" "$2" || fail "nobody told of $2: $(tail -c 2000 "$1")"; }

agent_new_sts 'Night desk' 'Hi v1'
port=$(free_port)
BASE=http://127.0.0.1:$port
serve --listen "127.0.0.1:$port"
expect_settled

step 'every GET'
listen "$W/events" /events
listen "$W/logs" "/api/v1/agents/$AGENT/logs?tail=20"
while read -r path; do
    case $path in /events | */logs | */internal/* | /page/*) continue ;; esac
    get "${path/"{id}"/$AGENT}"
done < <(openapi paths GET)
get "/api/v1/agents/$AGENT"
expect_answer .status.state in_sync
expect_answer .status.ready true
expect_answer '[.boxes[].place] | unique | join(" ")' live
expect_answer '[.actions[].action] | join(" ")' 'apply restart rollback pause resume stop start'
get /api/v1/status
expect_answer .asker.role admin
get '/api/v1/agents?limit=1'
expect_answer '.agents[0].id' "$AGENT"
get "/api/v1/agents?after=$AGENT"
expect_answer '.agents | length' 0

step 'what cannot be is said'
request GET /api/v1/agents/nobody
expect_equal "$STATUS $(answer .error.code)" '404 not_found' 'an unknown agent'
request GET '/api/v1/agents?limit=0'
expect_equal "$STATUS" 400 'a page of nothing'
request GET "/api/v1/agents/$AGENT/logs?role=cook"
expect_equal "$STATUS" 400 'an unknown role'
request POST "/api/v1/agents/$AGENT/restart" '{"nwo": true}'
expect_equal "$STATUS" 400 'an unknown key'
request POST "/api/v1/agents/$AGENT/restart" '{"wait_timeout": "soon"}'
expect_equal "$STATUS" 400 'no time'
TYPE=text/plain request POST "/api/v1/agents/$AGENT/restart" '{}'
expect_equal "$STATUS" 400 'a page of somebody else'
MARK=X-Other request POST "/api/v1/agents/$AGENT/restart" '{}'
expect_equal "$STATUS $(answer .error.code)" '403 no_mark' 'an order without its mark'
request POST "/api/v1/agents/$AGENT/rollback" '{"to": 99}'
expect_equal "$STATUS $(answer .error.code)" '409 conflict' 'an unknown generation'
request POST "/api/v1/agents/$AGENT/start" '{}' # it is not stopped: an order all the same
expect_equal "$STATUS" 202 'a start of what runs'
expect_settled

step 'a change reaches whoever listens'
sts=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
eventually 30 replaced "$STS" "$sts" || fail 'the container is not replaced'
expect_heard "$W/events" '^event: progress'
expect_heard "$W/events" '^event: activity'
expect_heard "$W/events" '^event: agent'
expect_heard "$W/events" '"result": "done"'
expect_heard "$W/logs" '^event: line'
expect_heard "$W/logs" '"place": "next"' # the candidate is followed from its first line
expect_settled
get '/api/v1/activity?limit=1'
expect_answer '.changes[0].agent_id' "$AGENT"

step 'a restart under a call: the button names what it would cut, and it cuts nothing'
call_place long "$AGENT" 90
cuts() { get "/api/v1/agents/$AGENT" && [[ $(jq '.actions[] | select(.action == "restart") | .now.calls_cut' "$ANSWER") == 1 ]]; }
eventually 20 cuts || fail 'the call is not seen'
expect_heard "$W/events" '"live_calls": 1'
expect_answer '.actions[] | select(.action == "restart") | .calls_cut' 0
expect_answer '.actions[] | select(.action == "restart") | .command' "avr-reconciler restart 'Night desk'"
core=$(box_id "$CORE")
post "/api/v1/agents/$AGENT/restart" '{"why": "a try"}'
expect_answer .action restart
eventually 60 replaced "$CORE" "$core" || fail 'core is not replaced'
expect_call_up long
draining() { get "/api/v1/agents/$AGENT" && jq -e '[.boxes[].place] | index("drain")' "$ANSWER" >/dev/null; }
eventually 20 draining || fail 'the old container is not shown'
call_hang_up long
expect_settled

step 'pause, resume, stop, start, rollback, apply'
post "/api/v1/agents/$AGENT/pause" '{"why": "hands off"}'
paused() { get "/api/v1/agents?limit=5" && [[ $(jq -r '.agents[0].state' "$ANSWER") == "$1" ]]; }
eventually 20 paused paused || fail 'it is not paused'
get "/api/v1/agents/$AGENT"
expect_answer '.plan.orders[0] | test("hands off")' true
expect_answer '.actions[] | select(.action == "resume") | .allowed' true
post "/api/v1/agents/$AGENT/resume"
eventually 20 paused in_sync || fail 'it is still paused'
post "/api/v1/agents/$AGENT/stop"
eventually 40 paused stopped || fail 'it is not stopped'
expect_gone "$STS"
request POST "/api/v1/agents/$AGENT/restart" '{}'
expect_equal "$STATUS" 409 'a restart of what is stopped'
expect_answer '.error.message | test("nothing to restart")' true
post "/api/v1/agents/$AGENT/start"
agent_ready "$AGENT"
expect_settled
get "/api/v1/agents/$AGENT/generations"
expect_answer '.generations | length > 1' true
sts=$(box_id "$STS")
post "/api/v1/agents/$AGENT/rollback" '{"to": 1}'
eventually 60 replaced "$STS" "$sts" || fail 'it does not go back'
expect_settled
expect_greeting "$AGENT" 'Hi v1'
post /api/v1/apply '{"wait_timeout": "1m"}'
expect_answer .agent_id null
expect_settled

step 'whoever was away for a moment'
kill "$LISTENER"
first=$(sed -n 's/^id: //p' "$W/events" | head -n 1)
last=$(sed -n 's/^id: //p' "$W/events" | tail -n 1)
listen "$W/again" /events -H "Last-Event-ID: $first"
expect_heard "$W/again" "^id: $last"
if grep -q "^id: $first$" "$W/again"; then fail 'what was heard already is told again'; fi
listen "$W/late" /events -H 'Last-Event-ID: 1'
expect_heard "$W/late" '^event: reset'

step 'events are what the file promises'
for stream in events logs again late; do openapi events "$W/$stream" || fail "$stream"; done

step 'metrics'
get /metrics
if command -v promtool >/dev/null; then promtool check metrics <"$ANSWER" || fail 'promtool'; fi
grep -qE '^avr_reconciler_changes_total\{result="done"\} [1-9]' "$ANSWER" || fail 'no change is counted'

step 'no secret anywhere'
if grep -lF dg-not-a-real-key "$W"/answer-* "$W/events" "$W/logs" "$W/again" "$W/late" "$W/bg.err"; then
    fail 'a secret was told'
fi
serve_end
