#!/bin/bash
# Goal of this test: every change is told to a webhook, once, with what differed and without a secret; a candidate that
# fails is told too, its last words stand in the history; JSON logs are one object a line.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

# A webhook that writes each body it gets as a line.
python3 - "$W/port" "$W/hook.jsonl" <<'PY' &
import http.server, os, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(sys.argv[2], "ab") as out:
            out.write(body + b"\n")
        self.send_response(204)
        self.end_headers()
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
with open(sys.argv[1] + ".new", "w") as out:
    out.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
PY
eventually 10 test -s "$W/port" || fail 'no webhook'
told() { grep -qs -- "$1" "$W/hook.jsonl"; }

image_build "$TEST/avr-sts-deepgram:bad" exit 2
agent_new_sts 'Night desk' 'Hi v1'
serve --notify "http://127.0.0.1:$(cat "$W/port")/secret-path" --log-format json

step 'a change is told'
sts=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
provider_set "$PROVIDER" DEEPGRAM_API_KEY dg-another-key
eventually 30 replaced "$STS" "$sts" || fail 'the container is not replaced'
expect_settled
eventually 20 told 'Hi v2' || fail 'the change is not told'
eventually 40 told 'hidden fp:' || fail 'the changed key is not told'
jq -se '[.[].events[]] | all(.agent == "Night desk" and .event == "changed")' "$W/hook.jsonl" >/dev/null ||
    fail "it is told wrongly: $(cat "$W/hook.jsonl")"

step 'a failure is told, and the last words of the candidate are kept'
serving=$(box_id "$STS")
provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:bad"
eventually 40 told '"failed"' || fail 'the failure is not told'
expect_equal "$(box_id "$STS")" "$serving" 'the container that serves'
ask history "$AGENT" -o json --state-dir "$STATE" >"$W/history.json"
jq -e '[.changes[] | select(.result == "failed")][0].log | any(contains("cannot start: bad key"))' \
    "$W/history.json" >/dev/null || fail 'the history has no last words of the candidate'

step 'no secret anywhere, one object a line'
if grep -E 'dg-(not-a-real|another)-key' "$W/bg.err" "$W/hook.jsonl" "$W/history.json"; then fail 'a secret was told'; fi
if grep -F secret-path "$W/bg.err"; then fail 'the webhook is told'; fi
jq -e . "$W/bg.err" >/dev/null || fail 'the log is not JSON'

step 'what is not told yet when the service ends is told before it does'
provider_image "$PROVIDER" e2e/avr-sts-deepgram:1
sts=$(box_id "$STS")
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v3'
eventually 30 replaced "$STS" "$sts" || fail 'the container is not replaced'
expect_settled
kill -TERM "$REC"
rec_wait 20
expect_equal "$CODE" 0 'exit of the service'
told 'Hi v3' || fail 'the last change was not told'
