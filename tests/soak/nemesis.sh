# shellcheck shell=bash
# nemesis.sh - the deeds of the nemesis.  To be sourced by soak.sh.
#
# A deed is a function do_<what>; how often it is chosen stands in DEEDS.  What it takes away, it
# excuses before (books.sh).  $RANDOM is seeded, so choices are made in this shell only.

SECRET=dg-not-a-real-key
FINAL='the last words'
AGENTS=()
declare -A PROVIDERS_OF=() # agent -> its providers
LIVE_RESTORE=false
SERIAL=0

DEEDS=(
    greeting greeting greeting greeting key unset stop_and_run new_agent delete_agent empty_table lock_database
    bad_image bad_image good_image good_image
    spec spec spec_moved spec_broken spec_half spec_renamed
    retag retag_core local_image
    kill kill kill stop remove remove
    service_kill service_kill service_kill service_restart service_pause hup apply status
    engine_restart engine_kill engine_pause engine_pause
    proxy_cut proxy_cut proxy_pause proxy_stutter
    backend_run backend_stop
    hang_up
)

# Random choices: into R, and one of the arguments into CHOSEN.
random() { R=$(((RANDOM * 32768 + RANDOM) % $1)); }
choose() { random $#; shift "$R"; CHOSEN=$1; }
seconds() { random "$1"; sleep "$((R / 10)).$((R % 10))"; } # up to so many tenths
an_agent() { choose "${AGENTS[@]}"; ID=$CHOSEN; }
a_provider() { # of some agent
    an_agent
    # shellcheck disable=SC2086 # a list
    choose ${PROVIDERS_OF[$ID]}
    PROVIDER=$CHOSEN
}
next() { SERIAL=$((SERIAL + 1)); }

# ---- images, specs and agents

more_images() {
    local version
    for version in 2 3; do
        image_build "soak/sts:$version" sts "$version"
        image_build "soak/core:$version" core "$version"
    done
    docker tag e2e/avr-sts-deepgram:1 soak/sts:1
    docker tag e2e/avr-core:1 soak/core:1
    docker tag soak/sts:1 soak/avr-sts-deepgram:1
    image_build soak/bad-exit:1 exit 1
    image_build soak/bad-deaf:1 deaf 1
}

soak_spec_text() {
    printf 'database: %s\ndefaults:\n  update: {monitor: 1s, parallelism: 3}\n  healthcheck: {timeout: 8s}\n' "$DB_DATABASE"
    printf '  environment: {EXTRA: "%s", ROUND: "%s"}\n' "$1" "$((SERIAL % 3))"
}
soak_spec() { soak_spec_text "$1" >"$SPEC"; }

# shellcheck disable=SC2153 # the helpers of lib.sh set AGENT and PROVIDER
new_agent() {
    local n=${#AGENTS[@]}
    if ((n % 3 == 2)); then
        agent_new_pipeline "Agent $SRANDOM" "Hi v1"
        PROVIDERS_OF[$AGENT]="$PROVIDER_ASR $PROVIDER_LLM $PROVIDER_TTS"
    else
        agent_new_sts "Agent $SRANDOM" 'Hi v1' soak/avr-sts-deepgram:1
        PROVIDERS_OF[$AGENT]=$PROVIDER
    fi
    AGENTS+=("$AGENT")
}

# ---- the database

greeting_set() { # PROVIDER TEXT
    provider_set "$1" DEEPGRAM_GREETING "$2"
    [[ -z $(db "SELECT 1 FROM provider WHERE id = '$1' AND type = 'LLM'") ]] || provider_set "$1" SYSTEM_PROMPT "$2"
}
do_greeting() { a_provider; next; greeting_set "$PROVIDER" "Hi $SERIAL"; }
do_key() { a_provider; next; provider_set "$PROVIDER" DEEPGRAM_API_KEY "$SECRET-$SERIAL"; }
do_unset() { a_provider; provider_unset "$PROVIDER" AGENT_PROMPT; }

# The dashboard's word, not its deed: calls on the agent go on to their end.
do_stop_and_run() {
    an_agent
    excuse "$ID"
    db "UPDATE agent SET status = 'stopped' WHERE id = '$ID'"
    seconds 60
    db "UPDATE agent SET status = 'running' WHERE id = '$ID'"
    excuse_end "$ID" 20
}

do_new_agent() { # seen by its row only; the service makes its containers
    ((${#AGENTS[@]} < SOAK_AGENTS + 2)) || return 0
    local id provider
    next
    provider=$(provider_new STS "provider $SRANDOM" soak/avr-sts-deepgram:1 "$(sts_env "Hi $SERIAL")")
    id=$(agent_row "New $SRANDOM" sts '' '' '' "$provider")
    PROVIDERS_OF[$id]=$provider
    AGENTS+=("$id")
}

do_delete_agent() { # its containers stay, as nobody asked for their end
    ((${#AGENTS[@]} > SOAK_AGENTS - 2)) || return 0
    an_agent
    local id=$ID kept=()
    for ID in "${AGENTS[@]}"; do [[ $ID == "$id" ]] || kept+=("$ID"); done
    AGENTS=("${kept[@]}")
    db "DELETE FROM agent WHERE id = '$id'"
}

do_empty_table() {
    choose agent provider
    db "CREATE TABLE kept AS SELECT * FROM $CHOSEN; DELETE FROM $CHOSEN"
    seconds 40
    db "BEGIN IMMEDIATE; INSERT INTO $CHOSEN SELECT * FROM kept; DROP TABLE kept; COMMIT"
}

do_lock_database() {
    random 4
    sqlite3 -batch "$DB_DATABASE" 'BEGIN EXCLUSIVE' ".shell sleep $((R + 1))" 'COMMIT' >/dev/null
}

do_bad_image() {
    a_provider
    choose soak/bad-exit:1 soak/bad-deaf:1 127.0.0.1:1/soak/not-there:1
    provider_image "$PROVIDER" "$CHOSEN"
}
good_image() { # PROVIDER
    local type
    type=$(db "SELECT lower(type) FROM provider WHERE id = '$1'")
    case $type in
    sts) provider_image "$1" soak/avr-sts-deepgram:1 ;;
    llm) provider_image "$1" e2e/avr-llm-openai:1 ;;
    *) provider_image "$1" "e2e/avr-$type-deepgram:1" ;;
    esac
}
do_good_image() {
    local provider
    for provider in $(db "SELECT id FROM provider WHERE json_extract(config, '\$.image') LIKE 'soak/%' ORDER BY rowid"); do
        good_image "$provider"
    done
}

# ---- specs

do_spec() { next; soak_spec "$SERIAL"; }
do_spec_moved() { next; soak_spec_text "$SERIAL" >"$SPEC.new"; mv "$SPEC.new" "$SPEC"; }
do_spec_broken() { cp "$SPEC" "$W/spec.kept"; printf 'defaults: [\n' >"$SPEC"; seconds 30; cp "$W/spec.kept" "$SPEC"; }
do_spec_half() {
    local size
    cp "$SPEC" "$W/spec.kept"
    size=$(stat -c %s "$SPEC")
    random "$size"
    head -c "$R" "$W/spec.kept" >"$SPEC"
    seconds 8
    cp "$W/spec.kept" "$SPEC"
}
do_spec_renamed() { mv "$SPEC" "$SPEC.away"; seconds 30; mv "$SPEC.away" "$SPEC"; }

# ---- images

do_retag() { random 3; docker tag "soak/sts:$((R + 1))" soak/avr-sts-deepgram:1; }
do_retag_core() { random 3; docker tag "soak/core:$((R + 1))" e2e/avr-core:1; }
do_local_image() {
    if docker image inspect soak/avr-sts-deepgram:local >/dev/null 2>&1; then
        docker rmi soak/avr-sts-deepgram:local >/dev/null
    else
        next
        image_build "soak/built:$SERIAL" sts "local $SERIAL"
        docker tag "soak/built:$SERIAL" soak/avr-sts-deepgram:local
    fi
}

# ---- containers

# Some container of an agent's slots: BOX, and its agent in ID.
a_box() {
    local -a boxes
    an_agent
    mapfile -t boxes < <(docker ps -a --no-trunc --filter label=app=AVR --format '{{.ID}} {{.Label "agentName"}}' |
        awk -v id="$ID" 'index($2, id) {print $1}' | sort)
    ((${#boxes[@]})) || return 1
    choose "${boxes[@]}"
    BOX=$CHOSEN
}
take_box() { # COMMAND…
    a_box || return 0
    excuse "$ID" "$BOX"
    "$@" "$BOX" >/dev/null 2>&1 || true
    excuse_end "$ID" 1
}
do_kill() { take_box docker kill; }
do_stop() { take_box docker stop -t 1; }
do_remove() { take_box docker rm -f; }

# ---- the dashboard

do_backend_run() { an_agent; excuse "$ID"; (agent_run "$ID") >/dev/null 2>&1 || true; excuse_end "$ID" 1; }
do_backend_stop() { # AVR stops and removes what it finds under the names, calls or not
    an_agent
    # shellcheck disable=SC2046 # a list
    excuse "$ID" $(serving "$ID")
    db "UPDATE agent SET status = 'stopped' WHERE id = '$ID'"
    local box
    for box in $(serving "$ID"); do
        docker stop -t 1 "$box" >/dev/null 2>&1 || true
        docker rm "$box" >/dev/null 2>&1 || true
    done
    seconds 50
    db "UPDATE agent SET status = 'running' WHERE id = '$ID'"
    (agent_run "$ID") >/dev/null 2>&1 || true
    excuse_end "$ID" 20
}

# ---- the service

do_service_kill() {
    excuse '*' # it may have been between two renames
    kill -KILL "$SERVICE" 2>/dev/null || true
    wait "$SERVICE" 2>/dev/null || true
    seconds 30
    service_open
    excuse_end '*' 5
}
do_service_restart() {
    kill -TERM "$SERVICE"
    eventually 20 gone "$SERVICE" || { violation 'the service does not end at TERM'; kill -KILL "$SERVICE"; }
    wait "$SERVICE" || violation "the service ends with code $?"
    service_open
}
do_service_pause() { excuse '*'; kill -STOP "$SERVICE"; seconds 60; kill -CONT "$SERVICE"; excuse_end '*' 5; }
do_hup() { kill -HUP "$SERVICE"; }
do_apply() { (ask apply --yes --wait-timeout 20s >>"$W/apply.out" 2>&1 || true) & }
do_status() { ask status >/dev/null 2>&1 || true; ask health >/dev/null 2>&1 || true; }

# ---- the engine, and the way to it

# What a restart takes away depends on what was set before and what is now.
engine_excuse() {
    local before=$LIVE_RESTORE
    choose true false
    LIVE_RESTORE=$CHOSEN
    if [[ $before == true && $LIVE_RESTORE == true ]]; then excuse '*' pipeline; else excuse '*' '*'; fi
    printf '{"live-restore": %s}\n' "$LIVE_RESTORE" >"$E2E_ENGINE/daemon.json"
}
engine_again() {
    engine_start "$E2E_ENGINE" || fail 'the engine does not start again'
    bury_forgotten
    excuse_end '*' 5
}

# Processes of containers that the engine does not know as running: "PID ID" a line.
forgotten() {
    local place=${E2E_ENGINE#/*/}/data/containers pid id
    docker ps -q --no-trunc >"$W/known" || return 0
    for pid in $(pgrep -f '^/mini-avr'); do
        id=$(grep -oE "$place/[0-9a-f]{64}" "/proc/$pid/mountinfo" 2>/dev/null | head -n 1)
        [[ -z $id ]] || grep -qx "${id##*/}" "$W/known" || printf '%s %s\n' "$pid" "${id##*/}"
    done
}

# An engine that is killed in the middle of a request may forget a container that runs.  Nobody can
# stop it through the engine any more, and its address is given to the next one, which then answers
# to nobody: what a host's restart would end, ends here.
bury_forgotten() {
    local pid id
    forgotten >"$W/forgotten"
    [[ -s $W/forgotten ]] || return 0
    sleep 3 # it may have been about to be listed
    while read -r pid id; do
        if grep -q "^$pid " "$W/forgotten"; then
            note "the engine forgot ${id:0:12}"
            count 'forgotten by the engine'
            kill -KILL "$pid"
        fi
    done < <(forgotten)
}
do_engine_restart() { engine_excuse; end_process "$(cat "$E2E_ENGINE/dockerd")" 60; seconds 20; engine_again; }
do_engine_kill() { engine_excuse; engine_kill "$E2E_ENGINE"; seconds 20; engine_again; }
do_engine_pause() {
    local pid
    pid=$(cat "$E2E_ENGINE/dockerd")
    excuse '*' pipeline
    kill -STOP "$pid"
    seconds 80
    kill -CONT "$pid"
    excuse_end '*' 2
}

do_proxy_cut() {
    excuse '*'
    kill -KILL "$PROXY"
    wait "$PROXY" 2>/dev/null || true
    seconds 20
    proxy_open
    excuse_end '*' 5
}
do_proxy_pause() { excuse '*'; kill -STOP "$PROXY"; seconds 150; kill -CONT "$PROXY"; excuse_end '*' 5; }
do_proxy_stutter() { # a slow connection
    local n
    excuse '*'
    for n in {1..12}; do
        kill -STOP "$PROXY"
        seconds 6
        kill -CONT "$PROXY"
        sleep 0.05
    done
    excuse_end '*' 5
}

# ---- calls

do_call() {
    calls_open
    ((CALLS_OPEN < 6)) || return 0
    an_agent
    random 40
    call_begin "$ID" $((R + 3))
}
do_hang_up() { ((CALLS)) || return 0; random "$CALLS"; hang_up $((R + 1)); }

# ---- its life

nemesis() { # UNTIL
    local deed
    while ((SECONDS < $1)); do
        choose "${DEEDS[@]}"
        deed=$CHOSEN
        [[ ! $deed =~ $SOAK_WITHOUT ]] || continue
        note "$deed"
        "do_$deed" || violation "the nemesis could not $deed"
        note "$deed: over ${ID-}"
        count "$deed"
        service_expected
        do_call
        seconds $((SOAK_PACE * 10))
    done
}

# What is asked for at last: everything good, and a greeting of its own.
last_wishes() {
    local id provider
    do_good_image
    soak_spec last
    printf 'prune: true\n' >>"$SPEC"
    for id in "${AGENTS[@]}"; do
        db "UPDATE agent SET status = 'running' WHERE id = '$id'"
        for provider in ${PROVIDERS_OF[$id]}; do
            good_image "$provider"
            greeting_set "$provider" "$FINAL"
        done
    done
}
