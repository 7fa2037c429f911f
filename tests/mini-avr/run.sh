#!/bin/bash
# Runs whole calls between mini-AVR processes on loopback.
# usage: run.sh PATH-OF-MINI-AVR
set -euo pipefail

mini=$(realpath "$1")
work=$(mktemp -d)
touch "$work/ports"
pids=()

finish()
{
    {
        for pid in "${pids[@]}"; do
            kill -KILL "$pid" || true # a stopped process heeds nothing else
        done
        wait
    } 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

fail()
{
    echo "not ok - $1"
    for log in "$work"/*.log; do
        sed "s|^|# $(basename "$log" .log): |" "$log"
    done
    exit 1
}

ok()
{
    echo "ok - $1"
}

# Lines of a log that match; waits up to 5 s for the first one.
expect()
{
    local log=$1 pattern=$2 what=$3
    for _ in $(seq 100); do
        if grep -qE -- "$pattern" "$work/$log.log" 2>/dev/null; then
            ok "$what"
            return
        fi
        sleep 0.05
    done
    fail "$what (no \"$pattern\" in $log)"
}

# A port of loopback that nobody listens on and that was not handed out before.
free_port()
{
    local port
    for _ in $(seq 50); do
        port=$((20000 + RANDOM % 12000))
        if ! grep -qx "$port" "$work/ports" &&
            ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port" | tee -a "$work/ports"
            return
        fi
    done
    echo "no free port" >&2
    exit 1
}

# start LOG ROLE [NAME=VALUE...]: run a role in the background; its pid is in $started.
start()
{
    local log=$1 role=$2 wanted=1
    shift 2
    [ "$role" != core ] || wanted=2 # it has a second port, for HTTP
    [ "$role" != deaf ] || wanted=0
    env -i MINI_BIND=127.0.0.1 "$@" "$mini" "$role" >"$work/$log.log" 2>&1 &
    started=$!
    pids+=("$started")
    for _ in $(seq 100); do
        if [ "$(grep -c 'listening on' "$work/$log.log")" -ge "$wanted" ]; then
            return
        fi
        sleep 0.05
    done
    fail "$log listens"
}

stop()
{
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# The redirection also covers the shell's own remark about the killed process.
stop_at_once()
{
    {
        kill -KILL "$1"
        wait "$1" || true
    } 2>/dev/null
}

# call LOG EXPECTED-STATUS ARGUMENTS...
call()
{
    local log=$1 expected=$2 status=0
    shift 2
    "$mini" caller "$@" >"$work/$log.log" 2>&1 || status=$?
    [ "$status" = "$expected" ] || fail "$log exits $expected (it was $status)"
}

# get PORT PATH [HEADER...]: the answer of a GET, head and body.
get()
{
    local port=$1 path=$2
    shift 2
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\n' "$path" >&3
    printf '%s\r\n' "$@" '' >&3
    timeout 2 cat <&3 || true
    exec 3>&-
}

sts=$(free_port) sts2=$(free_port) core=$(free_port) http=$(free_port) config=$(free_port)
hook=$(free_port) hook2=$(free_port) asr=$(free_port) llm=$(free_port) tts=$(free_port)
fetch=$(free_port) fault=$(free_port)
url="http://127.0.0.1"
uuid=6f1c1f6e-0b8e-4c7b-9d55-9a4e5a0c1d2e

# --- an sts call, settings from the environment, webhooks -------------------
start hook webhook-log PORT="$hook" WEBHOOK_SECRET=s3cret
start sts sts PORT="$sts" DEEPGRAM_GREETING='Hi "v1"' AGENT_PROMPT='Be kind' \
    OTHER_GREETING=wrong DEEPGRAM_API_KEY=hush-hush
sts_pid=$started
start core core PORT="$core" HTTP_PORT="$http" STS_URL="ws://127.0.0.1:$sts" AGENT_ID=agent-1 \
    WEBHOOK_URL="$url:$hook/webhooks" WEBHOOK_SECRET=s3cret
core_pid=$started

get "$http" /health | grep -q '{"status":"ok"}' || fail "core is healthy"
ok "core is healthy"
get "$http" /nothing | grep -q '^HTTP/1.1 404' || fail "unknown path is refused"
ok "unknown path is refused"
get "$sts" / | grep -q '^HTTP/1.1 426' || fail "sts refuses plain HTTP"
ok "sts refuses plain HTTP"

# The key and the answer are the example of RFC 6455.
get "$sts" / 'Upgrade: websocket' 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' 'Connection: Upgrade' |
    grep -q '^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=' || fail "sts answers an upgrade"
ok "sts answers an upgrade"

call first 0 --core "127.0.0.1:$core" --http "127.0.0.1:$http" --uuid "$uuid" --seconds 2 --dtmf 5
expect first '^0\.[0-9]+s heard: Hi "v1"$' "greeting of the environment is heard"
expect first 'heard: prompt: Be kind$' "prompt is heard"
expect first "^call $uuid: 2\.0 s, 100 frames sent, (9[0-9]|100) heard, greeting \"Hi \"v1\"\", ended by caller$" \
    "an unharmed call exits 0 with its summary"
expect sts '^\[CONFIG\] from environment: greeting="Hi \\"v1\\""$' "sts logs where its settings come from"
! grep -q hush-hush "$work/sts.log" || fail "sts keeps secrets out of its log"
ok "sts keeps secrets out of its log"

expect hook '"type":"call_ended"' "call_ended reaches the webhook"
events=$(grep "\"uuid\":\"$uuid\"" "$work/hook.log" | sed 's/.*"type":"\([a-z_]*\)".*/\1/' | tr '\n' ' ')
wanted="call_initiated call_started transcription transcription dtmf_digit interruption call_ended "
[ "$events" = "$wanted" ] || fail "webhook events come in order ($events)"
ok "webhook events come in order, with the secret"
expect hook '"type":"transcription","timestamp":"20[0-9TZ:.-]+","payload":\{"role":"agent","text":"Hi \\"v1\\""\}' \
    "a transcription event carries role and text"

call unannounced 0 --core "127.0.0.1:$core" --seconds 0.4 --quiet
[ "$(wc -l <"$work/unannounced.log")" = 1 ] || fail "a quiet caller prints one line"
ok "a call without announcement lives, a quiet caller prints one line"

# --- a hang-up by signal, a connector killed in mid-call ----------------------
"$mini" caller --core "127.0.0.1:$core" --seconds 30 >"$work/signal.log" 2>&1 &
caller_pid=$!
pids+=("$caller_pid")
expect signal 'heard: Hi' "a long call is up"
kill -TERM "$caller_pid"
wait "$caller_pid" || fail "SIGTERM hangs up in an orderly way"
expect signal 'ended by caller$' "SIGTERM hangs up in an orderly way"

"$mini" caller --core "127.0.0.1:$core" --seconds 30 >"$work/cut.log" 2>&1 &
caller_pid=$!
pids+=("$caller_pid")
expect cut 'heard: Hi' "another long call is up"
sleep 0.5
stop_at_once "$sts_pid"
status=0
wait "$caller_pid" || status=$?
[ "$status" = 1 ] || fail "killing sts cuts the call (exit $status)"
expect cut 'ended by core \(hangup\)$' "killing sts cuts the call, caller exits 1"
call unreachable 1 --core "127.0.0.1:$core" --seconds 2
expect unreachable 'ended by core' "a call without a connector exits 1"
expect core 'cannot reach ws://127.0.0.1:[0-9]+: Connection refused' "core logs why"

# --- a connector that accepts and then says nothing ---------------------------
start sts-back sts PORT="$sts" GREETING=Back
sts_pid=$started
"$mini" caller --core "127.0.0.1:$core" --seconds 30 >"$work/silent.log" 2>&1 &
caller_pid=$!
pids+=("$caller_pid")
expect silent 'heard: Back' "the restarted connector is used"
kill -STOP "$sts_pid"
status=0
wait "$caller_pid" || status=$?
kill -CONT "$sts_pid"
[ "$status" = 1 ] || fail "silence cuts the call (exit $status)"
expect silent 'ended by silence$' "three seconds of silence end the call with exit 1"
stop "$sts_pid"
stop "$core_pid"

# --- the webhook chooses another connector --------------------------------------
start hook2 webhook-log PORT="$hook2" STS_OVERRIDE="ws://127.0.0.1:$sts2/other"
start sts-default sts PORT="$sts" GREETING=Default
start sts-chosen sts PORT="$sts2" GREETING=Chosen
start core-override core PORT="$core" HTTP_PORT="$http" STS_URL="ws://127.0.0.1:$sts" \
    WEBHOOK_URL="$url:$hook2/webhooks"
core_pid=$started
call override 0 --core "127.0.0.1:$core" --http "127.0.0.1:$http" --seconds 0.5
expect override 'greeting "Chosen"' "sts_url of the webhook is obeyed after POST /call"
call override2 0 --core "127.0.0.1:$core" --seconds 0.5
expect override2 'greeting "Chosen"' "sts_url of the webhook is obeyed without POST /call"
stop "$core_pid"

# --- a webhook with another secret, or none at all ------------------------------
start core-wrong core PORT="$core" HTTP_PORT="$http" STS_URL="ws://127.0.0.1:$sts" \
    WEBHOOK_URL="$url:$hook/webhooks" WEBHOOK_SECRET=wrong
core_pid=$started
call wrong 0 --core "127.0.0.1:$core" --seconds 0.3
expect core-wrong 'webhook refused: status 401' "a wrong secret is refused, the call lives"
stop "$core_pid"
start core-none core PORT="$core" HTTP_PORT="$http" STS_URL="ws://127.0.0.1:$sts" WEBHOOK_URL=undefined
core_pid=$started
call none 0 --core "127.0.0.1:$core" --seconds 0.3
! grep -q webhook "$work/core-none.log" || fail "WEBHOOK_URL=undefined means none"
ok "WEBHOOK_URL=undefined means none"
stop "$core_pid"

# --- settings fetched at every call ------------------------------------------------
mkdir "$work/providers"
echo '{"env":{"GREETING":"Hi v1","SPEED":1.5,"NOTHING":null}}' >"$work/providers/p-1.json"
start config config PORT="$config" CONFIG_DIR="$work/providers"
config_pid=$started
start sts-fetch sts PORT="$fetch" BACKEND_URL="$url:$config/" PROVIDER_ID=p-1 GREETING=Stale
start core-fetch core PORT="$core" HTTP_PORT="$http" STS_URL="ws://127.0.0.1:$fetch"
core_pid=$started
call fetch1 0 --core "127.0.0.1:$core" --seconds 0.3
expect fetch1 'greeting "Hi v1"' "greeting is fetched from the backend"
echo '{"env":{"GREETING":"Hi v2"}}' >"$work/providers/p-1.json"
call fetch2 0 --core "127.0.0.1:$core" --seconds 0.3
expect fetch2 'greeting "Hi v2"' "a changed greeting is heard at the next call, without a restart"
expect sts-fetch "^\[CONFIG\] fetched from $url:$config/internal/providers/p-1/config: greeting=\"Hi v2\"$" \
    "sts logs the fetch"
rm "$work/providers/p-1.json"
call fetch3 0 --core "127.0.0.1:$core" --seconds 0.3
expect fetch3 'greeting "Stale"' "without an answer the environment is used"
expect sts-fetch '^\[CONFIG\] fetch failed \(status 404\), using environment$' "sts logs a missing provider"
kill -STOP "$config_pid"
call fetch4 0 --core "127.0.0.1:$core" --seconds 3
kill -CONT "$config_pid"
expect fetch4 '^(2\.[0-9]+)s heard: Stale' "a silent backend is given up after 2 s"
expect sts-fetch 'fetch failed \(timed out\)' "sts logs the time-out"
get "$config" /internal/providers/../../etc/config | grep -q '^HTTP/1.1 404' || fail "config stays home"
ok "config serves nothing outside its directory"
stop "$core_pid"

# --- a pipeline call --------------------------------------------------------------------
start asr asr PORT="$asr"
start llm llm PORT="$llm" SYSTEM_PROMPT='Say little'
llm_pid=$started
start tts tts PORT="$tts"
start core-pipeline core PORT="$core" HTTP_PORT="$http" STS_URL=undefined \
    ASR_URL="$url:$asr/speech-to-text-stream" llm_URL="$url:$llm" tts_URL="$url:$tts" \
    WEBHOOK_URL="$url:$hook/webhooks" WEBHOOK_SECRET=s3cret
core_pid=$started
call turns 0 --core "127.0.0.1:$core" --uuid "$uuid" --seconds 3.5
turns=$(sed -n "s/.*heard: turn \([0-9]*\) for $uuid: Say little$/\1/p" "$work/turns.log" | tr '\n' ' ')
[ "$turns" = "1 2 3 " ] || fail "turns count up in one call ($turns)"
ok "turns count up in one call: $turns"
expect turns '(1[0-9][0-9]|[7-9][0-9]) heard, .*ended by caller$' "the pipeline's speech is heard"
expect hook '"role":"user","text":"I said 1000 ms of audio"' "the recognised text reaches the webhook"
call turns2 0 --core "127.0.0.1:$core" --uuid "$uuid" --seconds 1.3
expect turns2 'heard: turn 4 for' "the llm remembers the call"
stop "$llm_pid"
start llm-fresh llm PORT="$llm" SYSTEM_PROMPT='Say little'
call turns3 0 --core "127.0.0.1:$core" --uuid "$uuid" --seconds 1.3
expect turns3 'heard: turn 1 for' "a fresh llm has lost the thread"
stop "$core_pid"

# --- faults and usage ---------------------------------------------------------------------
status=0
EXIT_CODE=7 "$mini" exit >"$work/exit.log" || status=$?
[ "$status" = 7 ] || fail "exit ends at once ($status)"
grep -q '^cannot start: bad key$' "$work/exit.log" || fail "exit says why"
ok "exit ends at once with its code"
start deaf deaf PORT="$fault"
sleep 0.3
kill -0 "$started" || fail "deaf runs"
! (exec 3<>"/dev/tcp/127.0.0.1/$fault") 2>/dev/null || fail "deaf does not listen"
ok "deaf runs and does not listen"
status=0
kill -TERM "$started"
wait "$started" || status=$?
[ "$status" = 143 ] || fail "SIGTERM ends a role ($status)"
ok "SIGTERM ends a role"
start stubborn sts PORT="$fault" IGNORE_TERM=1
kill -TERM "$started"
sleep 0.2
kill -0 "$started" || fail "IGNORE_TERM=1 ignores SIGTERM"
ok "IGNORE_TERM=1 ignores SIGTERM"
stop_at_once "$started"
before=$SECONDS
start late late PORT="$fault" LATE_SECONDS=2
[ $((SECONDS - before)) -ge 1 ] || fail "late listens late"
ok "late listens late"
ln -s "$mini" "$work/exit"
status=0
"$work/exit" >"$work/link.log" || status=$?
[ "$status" = 1 ] || fail "the role can be the program's name"
MINI_ROLE="exit" "$mini" >"$work/link.log" || status=$?
grep -q 'bad key' "$work/link.log" || fail "the role can come from MINI_ROLE"
ok "the role can be the program's name or MINI_ROLE"
call usage 2 --core nonsense --seconds 1
ok "a usage error exits 2"

! grep -lE 'Sanitizer|runtime error' "$work"/*.log || fail "no sanitizer complains"
ok "no sanitizer complains"
