#!/bin/bash
# quickstart.sh - the whole of avr-reconciler in one unattended run on Debian 12.
#
# Builds the program, makes a small AVR of its own (two voice agents, a provider database, phone
# calls; nothing is downloaded but Debian packages), changes its settings, and shows how the
# changes reach the callers without a call being cut.
#
# Usage: examples/quickstart.sh [--keep | --clean | --help]
#   --keep    leave everything running at the end, and say how to go on
#   --clean   remove every trace of an earlier run, and do nothing else
#
# A Docker Engine that answers ($DOCKER_HOST, or the usual socket) is used, with a network and a
# tenant named avrd-demo and images below avrd-demo/; else a private one is started, as root, and
# stopped again.
set -euo pipefail
self=$(realpath "$0")
cd "$(dirname "$self")/.."
# shellcheck source=lib/common.sh
. examples/lib/common.sh
# shellcheck source=lib/install.sh
. examples/lib/install.sh
# shellcheck source=lib/engine.sh
. examples/lib/engine.sh

DEMO=${TMPDIR:-/tmp}/avrd-demo
MINI_AVR=$PWD/build/quickstart/examples/mini-avr/mini-avr
NET=avrd-demo
export TENANT=avrd-demo DB_DATABASE=$DEMO/data.db
export AVR_RECONCILER_SPECS=$DEMO/spec.yaml AVR_RECONCILER_STATE_DIR=$DEMO/state
export CORE_DEFAULT_IMAGE=avrd-demo/avr-core
# The demo's AVR has nothing but the settings above.
unset DB_TYPE WEBHOOK_URL WEBHOOK_SECRET AMI_URL TOOLS_DIR AVR_TOOLS_DIR BACKEND_URL JWT_SECRET
# shellcheck source=lib/avr.sh
. examples/lib/avr.sh

# ---- telling what happens

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

headline() { printf '\n%s%d. %s%s\n' "$bold" "$((++headlines))" "$*" "$plain"; }
headlines=0
say() { printf '   %s\n' "$*"; }
show() { # COMMAND…: as somebody would type it, and what it says
    printf '%s   $ %s%s\n' "$dim" "$*" "$plain"
    "$@"
}
logged() { # the same, but what it says is shown only if it fails
    printf '%s   $ %s%s\n' "$dim" "$*" "$plain"
    "$@" >"$DEMO/log" 2>&1 || { cat "$DEMO/log"; die "That failed: $*"; }
}
indented() { sed -u "s/^/   ${1:-}/"; }

# ---- beginning and end

engine_of_demo() { # the private one, if it runs
    [[ -S $DEMO/engine/engine.sock ]] && engine_answers "$DEMO/engine"
}

remove_demo() {
    local ids
    [[ ! -d $DEMO/engine ]] || { ! engine_of_demo || export DOCKER_HOST=unix://$DEMO/engine/engine.sock; }
    if docker version >/dev/null 2>&1; then
        mapfile -t ids < <(docker ps -aq --filter label=tenant=avrd-demo)
        ((${#ids[@]} == 0)) || docker rm -f "${ids[@]}" >/dev/null
        mapfile -t ids < <(docker images -q 'avrd-demo/*' | sort -u)
        ((${#ids[@]} == 0)) || docker rmi -f "${ids[@]}" >/dev/null 2>&1 || true
        docker network rm avrd-demo >/dev/null 2>&1 || true
    fi
    engine_stop "$DEMO/engine"
    rm -rf "$DEMO"
}
ALL_GONE='Everything of the demo is removed; packages stay, and build/quickstart until --clean.'

finish() {
    local code=$? pid
    trap - EXIT
    trap '' INT TERM
    for pid in $(jobs -p); do end_process "$pid" 5 || true; done
    ((code == 0)) || warn "The demo ended early (exit $code)."
    if [[ -n $keep && $code == 0 ]]; then
        how_to_go_on
    else
        remove_demo
        say "$ALL_GONE"
    fi
    exit "$code"
}

how_to_go_on() {
    headline 'It is left running. To go on in a shell:'
    cat <<TEXT
   cd $PWD
   export PATH=\$PWD/build/quickstart:\$PATH DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
   export TENANT=$TENANT CORE_DEFAULT_IMAGE=$CORE_DEFAULT_IMAGE
   export AVR_RECONCILER_SPECS=$AVR_RECONCILER_SPECS AVR_RECONCILER_STATE_DIR=$AVR_RECONCILER_STATE_DIR
   avr-reconciler status
   avr-reconciler run --control $DEMO/control.sock    # and in a browser: http://127.0.0.1:6100/
   sqlite3 $DB_DATABASE 'SELECT name, config FROM provider'
   examples/quickstart.sh --clean
TEXT
}

# ---- setting up

set_up() {
    local lists=("$NEED_TO_BUILD" "$NEED_TO_RUN")
    headline 'What is needed on this machine'
    docker version >/dev/null 2>&1 || lists+=("$NEED_FOR_ENGINE")
    install_missing "${lists[@]}"
    say 'Everything is there.'

    headline "Building the program, and the one that plays AVR"
    logged cmake -S . -B build/quickstart -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF
    logged cmake --build build/quickstart --parallel "$(nproc)"
    export PATH=$PWD/build/quickstart:$PATH
    say "$(avr-reconciler version | head -n 1)"

    headline 'A Docker Engine'
    if docker version >/dev/null 2>&1; then
        say "One answers: $(docker version --format '{{.Server.Version}}'). Used with a network and tenant of the demo's own."
    else
        [[ $(id -u) == 0 ]] || die 'No Docker Engine answers, and only root can start one.'
        engine_start "$DEMO/engine" || die 'The Docker Engine did not start.'
        export DOCKER_HOST=unix://$DEMO/engine/engine.sock
        say "None answered, so a private one was started: $DOCKER_HOST"
    fi
    network_new "$NET"
}

make_avr() {
    headline 'A small AVR: images from our own sources, a provider database, two agents'
    local role
    for role in sts-deepgram:sts core:core asr-deepgram:asr llm-openai:llm tts-deepgram:tts; do
        image_build "avrd-demo/avr-${role%:*}:latest" "${role#*:}" 1
    done
    image_build avrd-demo/phone:latest caller 1
    rm -f "$DB_DATABASE"
    db_new
    PROVIDER_STS=$(provider_new STS 'Deepgram night' avrd-demo/avr-sts-deepgram \
        '{"DEEPGRAM_API_KEY":"dg-demo-key","AGENT_PROMPT":"You are the night desk.","DEEPGRAM_GREETING":"Good evening."}')
    PROVIDER_LLM=$(provider_new LLM 'OpenAI booking' avrd-demo/avr-llm-openai \
        '{"OPENAI_API_KEY":"sk-demo-key","SYSTEM_PROMPT":"You take bookings."}')
    DESK=$(agent_row 'Night desk' sts '' '' '' "$PROVIDER_STS")
    BOOKING=$(agent_row 'Booking' pipeline \
        "$(provider_new ASR 'Deepgram ears' avrd-demo/avr-asr-deepgram '{"SPEECH_RECOGNITION_LANGUAGE":"en-US"}')" \
        "$PROVIDER_LLM" "$(provider_new TTS 'Deepgram voice' avrd-demo/avr-tts-deepgram '{}')" '')
    agent_run "$DESK"
    agent_run "$BOOKING"
    printf 'database: data.db\ndefaults:\n  network: %s\n  update: {monitor: 3s}\n' "$NET" >"$DEMO/spec.yaml"
    docker ps --filter label=tenant=$TENANT --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}' | indented
    say 'They were started the way the Run button of AVR starts them. And the spec:'
    show cat "$DEMO/spec.yaml"
    eventually 20 in_sync || { avr-reconciler diff || true; die 'The fresh agents are not in sync.'; }
    show avr-reconciler diff
}
in_sync() { avr-reconciler diff >/dev/null 2>&1; }

# ---- phone calls

# phone NAME AGENT-ID SECONDS: a call, with the row that AVR's backend writes for it.
phone() {
    local port http uuid
    IFS='|' read -r port http < <(db "SELECT port, httpPort FROM agent WHERE id = '$2'")
    uuid=$(uuid)
    printf '%s\n' "$uuid" >"$DEMO/call-$1"
    call_row "$2" "$uuid"
    docker run -d --name "avrd-demo-$1" --label tenant=$TENANT --network "$NET" avrd-demo/phone \
        caller --core "avr-core-$2:$port" --http "avr-core-$2:$http" --uuid "$uuid" --seconds "$3" >/dev/null
}
phone_up() { [[ $(docker inspect -f '{{.State.Running}}' "avrd-demo-$1") == true ]]; }
phone_down() { ! phone_up "$1"; }
phone_greeted() { docker logs "avrd-demo-$1" 2>&1 | grep -q 'heard: '; }
phone_says() { docker logs "avrd-demo-$1" 2>&1 | indented "$2: "; }
phone_end() { # NAME SECONDS: waits for its end; fails if somebody cut it
    eventually "$2" phone_down "$1" || die "The call $1 does not end."
    call_row_end "$(<"$DEMO/call-$1")"
    [[ $(docker inspect -f '{{.State.ExitCode}}' "avrd-demo-$1") == 0 ]]
}

# ---- the main job

change_everything() {
    headline 'Somebody edits the providers in the dashboard, and a newer :local image is built'
    provider_set "$PROVIDER_STS" DEEPGRAM_GREETING 'Welcome to Hotel Aurora.'
    provider_set "$PROVIDER_STS" AGENT_PROMPT 'You are the night desk of Hotel Aurora.'
    provider_set "$PROVIDER_LLM" SYSTEM_PROMPT 'You take bookings for Hotel Aurora.'
    image_build avrd-demo/avr-sts-deepgram:local sts 2
    say 'AVR itself would go on with the old containers. What differs:'
    expect_drift
}
expect_drift() {
    local code=0
    show avr-reconciler diff || code=$?
    ((code == 2)) || die "diff ended with $code where 2 (differences) was due"
}

without_cutting() {
    headline 'A call comes in and stays up'
    phone long "$DESK" 25
    eventually 15 phone_greeted long || die 'The first call heard nothing.'
    phone_says long 'first call'

    headline 'Apply, while that call is up'
    old=$(docker inspect -f '{{.Id}}' "avr-sts-$DESK")
    printf '%s   $ avr-reconciler apply --progress plain%s\n' "$dim" "$plain"
    avr-reconciler apply --progress plain > >(indented 'apply: ') 2>&1 &
    apply=$!
    eventually 60 new_serves || die 'The new container did not take over.'

    headline 'A second call: it hears the new greeting'
    phone short "$DESK" 3
    phone_end short 30 || die 'The second call was cut.'
    phone_says short 'second call'
    docker logs avrd-demo-short 2>&1 | grep -q 'Welcome to Hotel Aurora' || die 'It heard the old greeting.'
    phone_up long || die 'The first call has ended.'
    say 'The first call is still up, on the old container:'
    docker ps --filter "label=agentName=avr-sts-$DESK" --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}' | indented

    headline 'The first call goes on to its end'
    phone_end long 60 || { phone_says long 'first call'; die 'The first call was cut.'; }
    phone_says long 'first call'
    eventually 120 gone "$apply" || die 'apply does not end.'
    wait "$apply" || die 'apply failed.'
}
new_serves() {
    local id
    id=$(docker inspect -f '{{.Id}}' "avr-sts-$DESK" 2>/dev/null) && [[ $id != "$old" ]]
}

all_in_sync() {
    headline 'Everything is as it was asked for'
    show avr-reconciler diff
    phone booking "$BOOKING" 3
    phone_end booking 30 || die 'The call to the other agent was cut.'
    phone_says booking 'a call to Booking'
    show avr-reconciler status
}

proved_and_watched() {
    local service address
    address=127.0.0.1:$(free_port)
    headline 'Proof of it, and the service with its page'
    show avr-reconciler verify 'Night desk'
    printf '%s   $ avr-reconciler run --listen %s%s\n' "$dim" "$address" "$plain"
    avr-reconciler run --listen "$address" --control "$DEMO/control.sock" >"$DEMO/log" 2>&1 &
    service=$!
    eventually 20 page_answers "$address" || { cat "$DEMO/log"; die 'The page does not answer.'; }
    say "It answered at http://$address/, its page for a browser; left running, it does all of the above by itself."
    say 'To open the page yourself: examples/quickstart.sh --keep leaves the demo and says how to go on.'
    end_process "$service"
}
page_answers() { curl -sf -o /dev/null "http://$1/readyz" && [[ $(curl -sf "http://$1/") == *'<title>'* ]]; }

keep=''
case ${1:-} in
--help | -h)
    sed -n '2,/^set -euo/p' "$self" | sed '$d; s/^# \{0,1\}//'
    exit 0
    ;;
--clean)
    remove_demo
    rm -rf build/quickstart
    rmdir build 2>/dev/null || true
    echo 'Everything of the demo is removed; packages stay.'
    exit 0
    ;;
--keep) keep=yes ;;
'') ;;
*)
    warn "quickstart.sh: unknown option $1; try --help"
    exit 64
    ;;
esac

trap finish EXIT
trap 'exit 130' INT TERM
remove_demo
mkdir -m 0700 "$DEMO"
set_up
make_avr
change_everything
without_cutting
all_in_sync
proved_and_watched
headline "Done in $SECONDS s: no call was cut."
