# shellcheck shell=bash disable=SC2034
# (Variables that are set here and used by the tests look unused.)
#
# lib.sh - what every end-to-end test starts with.  To be sourced first.
#
# A test gets a real Docker Engine and registry (the shared ones of the test run, whose folder is
# $E2E_ENGINE, or its own when run by hand), a database with AVR's schema, a tenant of its own, and
# the commands below.  Whatever it makes carries its tenant and is gone when it ends.
#
#   AVR_RECONCILER   the program to test        MINI_AVR   the program in the containers
#   E2E_ENGINE       folder of a running engine, or E2E_ENGINE_FILE, a file that names it
#   E2E_KEEP=1       leave the test's folder    CI=true    a skip is a failure

E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$E2E/../.." && pwd)
# shellcheck source=../../examples/lib/common.sh
. "$TOP/examples/lib/common.sh"
# shellcheck source=../../examples/lib/engine.sh
. "$TOP/examples/lib/engine.sh"
# shellcheck source=../../examples/lib/avr.sh
. "$TOP/examples/lib/avr.sh"
# shellcheck source=images.sh
. "$E2E/images.sh"
# shellcheck source=assert.sh
. "$E2E/assert.sh"
# shellcheck source=calls.sh
. "$E2E/calls.sh"

TEST=$(basename "$0" .sh)
TEST=${TEST#[0-9]*-}
: "${AVR_RECONCILER:=$TOP/build/release/avr-reconciler}"
: "${MINI_AVR:=$TOP/build/release/examples/mini-avr/mini-avr}"
: "${LIMIT:=120}" # seconds one run of the program may take

# ---- beginning and end

skip() {
    warn "=================== SKIPPED: $TEST: $*"
    [[ ${CI:-} != true ]] || { warn "CI=true: a skip is a failure"; exit 1; }
    exit 77
}

fail() {
    warn "FAILED: $*"
    exit 1
}

step() { printf '== %s\n' "$*"; }

show_evidence() {
    warn "--- what the engine has:"
    docker ps -a --filter "label=app=AVR" --format '{{.Names}}  {{.Status}}  {{.Image}}  {{.Label "agentName"}}' >&2 || true
    local file
    for file in "$WORK"/*.err "$WORK"/*.out "$WORK"/*/*.err "$WORK"/*/*.out; do
        [[ ! -s $file ]] || { warn "--- ${file#"$WORK/"}:"; tail -n 30 "$file" >&2; }
    done
}

# Everything of this test: its tenants, and strangers that it labelled e2e.
remove_boxes() {
    docker ps -a --format '{{.ID}} {{.Label "tenant"}} {{.Label "e2e"}}' 2>/dev/null |
        awk -v t="$TEST_TENANT" 'index($0, " " t "-") || $NF == t {print $1}' >"$WORK/boxes" || true
    [[ ! -s $WORK/boxes ]] || xargs -r docker rm -f <"$WORK/boxes" >/dev/null 2>&1 || true
}

finish() {
    local code=$? pid
    trap - EXIT
    ((code == 0 || code == 77)) || show_evidence
    for pid in $(jobs -p); do end_process "$pid" 5 || true; done
    remove_boxes
    engine_stop "$WORK/engine"
    if [[ -n ${E2E_KEEP:-} ]]; then warn "kept: $WORK"; else rm -rf "$WORK"; fi
    exit "$code"
}

own_engine() { # only for this test
    E2E_ENGINE=$WORK/engine
    engine_start "$E2E_ENGINE" || skip "no Docker Engine can be started here"
    engine_guard "$E2E_ENGINE" $$
    export DOCKER_HOST=unix://$E2E_ENGINE/engine.sock
    network_new "$NET"
    base_images
}

begin() {
    local why name
    for name in "${!DOCKER_@}" "${!AVR_RECONCILER_@}" DB_TYPE DB_DATABASE TENANT CORE_DEFAULT_IMAGE \
        WEBHOOK_URL WEBHOOK_SECRET WEBHOOK_FORWARD_URL AMI_URL TOOLS_DIR AVR_TOOLS_DIR BACKEND_URL \
        JWT_SECRET XDG_STATE_HOME NO_COLOR FORCE_COLOR; do
        unset "$name"
    done
    export AVR_RECONCILER_LISTEN=none # many services on one machine, and one port
    why=$(engine_obstacle)
    [[ -z $why ]] || skip "$why"
    [[ -x $AVR_RECONCILER ]] || fail "no program at $AVR_RECONCILER; build it first"
    [[ -x $MINI_AVR ]] || fail "no program at $MINI_AVR; build it first"
    export DOCKER_CONFIG=$WORK/docker CORE_DEFAULT_IMAGE=e2e/avr-core:1
    export DOCKER_HOST=unix://$WORK/no-engine.sock # never the host's own
    if [[ -n ${OWN_ENGINE:-} ]]; then
        return # the test starts it itself, in its own way
    fi
    [[ -n ${E2E_ENGINE:-} || ! -s ${E2E_ENGINE_FILE:-} ]] || E2E_ENGINE=$(<"$E2E_ENGINE_FILE")
    if [[ -n ${E2E_ENGINE:-} && -S $E2E_ENGINE/engine.sock ]] && engine_answers "$E2E_ENGINE"; then
        export DOCKER_HOST=unix://$E2E_ENGINE/engine.sock
    else
        own_engine
        registry_start "$E2E_ENGINE"
    fi
    REGISTRY=$(<"$E2E_ENGINE/registry")
    world main
}

# world NAME: another dashboard of its own: database, tenant, spec, state folder.
world() {
    W=$WORK/$1
    mkdir -p "$W"
    TENANT=$TEST_TENANT-$1
    DB_DATABASE=$W/data.db
    SPEC=$W/spec.yaml
    STATE=$W/state
    export TENANT DB_DATABASE
    db_new
    spec '' ''
}

# spec [DEFAULTS [REST]]: writes the spec of this world; what is common to all tests comes first.
spec() {
    {
        printf 'database: %s\ndefaults:\n  update: {monitor: 1s}\n' "$DB_DATABASE"
        [[ -z ${1-} ]] || printf '  %s\n' "$1"
        [[ -z ${2-} ]] || printf '%s\n' "$2"
    } >"$SPEC"
}

# ---- agents

sts_env() { jq -nc --arg greeting "$1" '{DEEPGRAM_API_KEY: "dg-not-a-real-key", AGENT_PROMPT: "Be kind.", DEEPGRAM_GREETING: $greeting}'; }

# agent_new_sts NAME [GREETING [IMAGE]]: sets AGENT, PROVIDER, STS, CORE; runs it AVR's way.
agent_new_sts() {
    PROVIDER=$(provider_new STS "provider of $1" "${3:-e2e/avr-sts-deepgram:1}" "$(sts_env "${2:-Hi v1}")")
    AGENT=$(agent_row "$1" sts '' '' '' "$PROVIDER")
    STS=avr-sts-$AGENT
    CORE=avr-core-$AGENT
    agent_run "$AGENT"
    agent_ready "$AGENT"
}

# agent_new_pipeline NAME [PROMPT]: sets AGENT, PROVIDER_ASR, PROVIDER_LLM, PROVIDER_TTS, CORE.
agent_new_pipeline() {
    PROVIDER_ASR=$(provider_new ASR "asr of $1" e2e/avr-asr-deepgram:1 '{"SPEECH_RECOGNITION_LANGUAGE":"en-US"}')
    PROVIDER_LLM=$(provider_new LLM "llm of $1" e2e/avr-llm-openai:1 \
        "$(jq -nc --arg prompt "${2:-Hi v1}" '{OPENAI_API_KEY: "sk-not-a-real-key", SYSTEM_PROMPT: $prompt, OPENAI_TEMPERATURE: 0.5}')")
    PROVIDER_TTS=$(provider_new TTS "tts of $1" e2e/avr-tts-deepgram:1 '{}')
    AGENT=$(agent_row "$1" pipeline "$PROVIDER_ASR" "$PROVIDER_LLM" "$PROVIDER_TTS" '')
    CORE=avr-core-$AGENT
    agent_run "$AGENT"
    agent_ready "$AGENT"
}

core_healthy() {
    local http
    http=$(db "SELECT httpPort FROM agent WHERE id = '$1'")
    curl -sf --max-time 2 "http://$(address_of "avr-core-$1"):$http/health" >/dev/null
}
# The ear of each of its containers is open.
agent_listens() {
    local box port
    core_healthy "$1" || return 1
    for box in $(agent_boxes "$1"); do
        port=$(env_of "$box" PORT)
        (exec 3<>"/dev/tcp/$(address_of "$box")/$port") 2>/dev/null || return 1
    done
}
agent_ready() { eventually 20 agent_listens "$1" || fail "agent $1 does not listen"; }

# ---- the program

program() { # runs it in the foreground, bounded
    timeout -k 5 "$LIMIT" "$AVR_RECONCILER" "$@" -f "$SPEC" --state-dir "$STATE" </dev/null
}
rec() { program "$@"; }

# rec_start ARGUMENTS…: in the background; sets REC, and its output goes to $W/bg.out and bg.err.
rec_start() {
    : >"$W/bg.out" && : >"$W/bg.err" # what the last one said is not said by this one
    "$AVR_RECONCILER" "$@" -f "$SPEC" --state-dir "$STATE" </dev/null >"$W/bg.out" 2>"$W/bg.err" &
    REC=$!
}
# rec_wait [SECONDS]: until it ended; its exit code is in CODE.
rec_wait() {
    eventually "${1:-$LIMIT}" gone "$REC" || { kill -KILL "$REC"; fail "the program still runs after ${1:-$LIMIT} s"; }
    CODE=0
    wait "$REC" || CODE=$?
}
# killed_at N ARGUMENTS…: runs it and kills it (-9) as the N-th line about a step appears.  Fails
# if it ended before, with its exit code in CODE.
killed_at() {
    local n=$1 line count=0 fd pid
    shift
    exec {fd}< <(exec "$AVR_RECONCILER" "$@" --progress json -f "$SPEC" --state-dir "$STATE" \
        2>&1 >"$W/killed.out" </dev/null)
    pid=$!
    : >"$W/killed.err"
    while ((count < n)) && read -r -t 90 line <&"$fd"; do
        printf '%s\n' "$line" >>"$W/killed.err"
        [[ ! $line =~ \"event\":\ ?\"step\" ]] || count=$((count + 1))
    done
    ((count < n)) || kill -KILL "$pid" 2>/dev/null || true
    exec {fd}<&-
    CODE=0
    wait "$pid" || CODE=$?
    ((count == n))
}

# rec_says REGEX [SECONDS]: until its output has such a line.
rec_said() { grep -qE -- "$1" "$W/bg.out" "$W/bg.err"; }
rec_said_or_gone() { rec_said "$1" || gone "$REC"; }
rec_says() {
    eventually "${2:-60}" rec_said_or_gone "$1" || fail "no line with '$1' within ${2:-60} s"
    rec_said "$1" || fail "the program ended without a line with '$1'"
}

# ---- what the engine has

box_id() { docker inspect --type container -f '{{.Id}}' "$1"; }
image_of() { docker inspect --type container -f '{{.Image}}' "$1"; }
image_id() { docker image inspect -f '{{.Id}}' "$1"; }
state_of() { docker inspect --type container -f '{{.State.Status}}' "$1"; }
address_of() { docker inspect --type container -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"; }
env_of() { docker inspect --type container -f '{{range .Config.Env}}{{println .}}{{end}}' "$1" | sed -n "s/^$2=//p"; }
has_env() { docker inspect --type container -f '{{range .Config.Env}}{{println .}}{{end}}' "$1" | grep -q "^$2="; }
exists() { docker inspect --type container "$1" >/dev/null 2>&1; }
# replaced SLOT OLD-ID: another container has the name (for a moment of a hand-over nobody has).
replaced() {
    local id
    id=$(box_id "$1" 2>/dev/null) && [[ $id != "$2" ]]
}
# slot_boxes SLOT: "name state" of every container of a slot.
slot_boxes() { docker ps -a --filter "label=agentName=$1" --format '{{.Names}} {{.State}}'; }
leftovers() { # temporary containers of this world, failed candidates not counted
    docker ps -a --filter "label=tenant=$TENANT" --format '{{.Names}} {{.State}}' |
        grep -E '^avrd-(next|drain)-' || true
}

TEST_TENANT=e2e-$TEST-$$
WORK=$(mktemp -d "${TMPDIR:-/tmp}/avrd-e2e.XXXXXX")
trap finish EXIT
trap 'exit 130' INT TERM
begin
