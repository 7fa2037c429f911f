# shellcheck shell=bash disable=SC2034
# (Variables that are set here and used by bench.sh look unused.)
#
# fleet.sh - the same agents twice: on one engine started AVR's way, on another by docker-compose,
# from a file that says of each container what the first one has.  To be sourced by bench.sh.
#
# "ours" and "theirs" are folders of engines below $WORK.  CORE_DEFAULT_IMAGE and the database say
# what avr-reconciler should make of the first, $THEIRS_FILE what docker-compose should make of the
# second; change_one and change_all change both in the same way.

AGENTS=() PROVIDERS=()
THEIRS_FILE=$WORK/compose.json
CHANGES=0

on() { DOCKER_HOST=unix://$WORK/$1/engine.sock "${@:2}"; }

engine_up() { # ours | theirs
    local version
    engine_start "$WORK/$1"
    engine_guard "$WORK/$1" $$
    on "$1" network_new "$NET"
    for version in 1 2; do
        on "$1" image_build "bench/avr-core:$version" core "$version"
    done
    on "$1" image_build bench/avr-sts-deepgram:1 sts 1
}

agent_add() {
    local provider agent env n=${#AGENTS[@]}
    env=$(jq -nc '{DEEPGRAM_API_KEY: "dg-not-a-real-key", AGENT_PROMPT: "Be kind.", DEEPGRAM_GREETING: "Hi"}')
    provider=$(provider_new STS "provider $n" bench/avr-sts-deepgram:1 "$env")
    agent=$(agent_row "agent $n" sts '' '' '' "$provider")
    on ours agent_run "$agent"
    AGENTS+=("$agent")
    PROVIDERS+=("$provider")
}

# What runs on our engine, as a file for docker-compose.  The image's own settings stay out of it.
write_compose_file() {
    local ids
    ids=$(on ours docker ps -q --no-trunc --filter label=app=AVR)
    # shellcheck disable=SC2086 # a list of ids
    on ours docker inspect $ids | jq --arg net "$NET" '
        def environment: [.Config.Env[] | select(test("^(PATH|MINI_[A-Z]+)=") | not)
            | capture("^(?<key>[^=]*)=(?<value>.*)$"; "s")] | from_entries;
        {version: "3.8",
         services: [.[] | {key: .Name[1:], value: {
             container_name: .Name[1:], image: .Config.Image, environment: environment,
             labels: (.Config.Labels | with_entries(select(.key | IN("app", "agentName", "tenant")))),
             networks: [$net]}}] | from_entries,
         networks: {($net): {external: true}}}' >"$THEIRS_FILE"
}

# With 64 services or more to change at once docker-compose 1.29 waits for itself for ever, unless
# its limit of parallel work is raised.
compose_environment=(COMPOSE_HTTP_TIMEOUT=600 COMPOSE_PARALLEL_LIMIT=1024)
compose() { # up -d and nothing else
    on theirs env "${compose_environment[@]}" docker-compose -f "$THEIRS_FILE" -p bench up -d
}

# fleet_grow CONTAINERS: both engines have that many, two an agent.  In steps, which spares the
# engine of the one who starts all at once.
fleet_grow() {
    while ((${#AGENTS[@]} * 2 < $1)); do
        agent_add
        ((${#AGENTS[@]} % 20 == 0 || ${#AGENTS[@]} * 2 >= $1)) || continue
        write_compose_file
        compose >"$WORK/compose.out" 2>&1 || { tail -n 20 "$WORK/compose.out" >&2; die "docker-compose failed"; }
    done
}

sts_of() { printf 'avr-sts-%s\n' "${AGENTS[$1]}"; }

edit_compose_file() { # JQ-OPTION… FILTER
    jq "$@" "$THEIRS_FILE" >"$THEIRS_FILE.new"
    mv "$THEIRS_FILE.new" "$THEIRS_FILE"
}

# change_one INDEX: another greeting for one agent, so one container is not as asked for.
change_one() {
    CHANGES=$((CHANGES + 1))
    provider_set "${PROVIDERS[$1]}" DEEPGRAM_GREETING "Hi $CHANGES"
    # shellcheck disable=SC2016 # jq's own variables
    edit_compose_file --arg name "$(sts_of "$1")" --arg text "Hi $CHANGES" \
        '.services[$name].environment.DEEPGRAM_GREETING = $text'
}

# change_all: another greeting for all and another image for core: no container is as asked for.
change_all() {
    local version=2
    CHANGES=$((CHANGES + 1))
    [[ $CORE_DEFAULT_IMAGE != *:2 ]] || version=1
    CORE_DEFAULT_IMAGE=bench/avr-core:$version
    db "UPDATE provider SET config = json_set(config, '\$.env.DEEPGRAM_GREETING', 'Hi $CHANGES')"
    # shellcheck disable=SC2016 # jq's own variables
    edit_compose_file --arg text "Hi $CHANGES" --arg core "$CORE_DEFAULT_IMAGE" '
        .services |= with_entries(if .key | startswith("avr-core-") then .value.image = $core
            else .value.environment.DEEPGRAM_GREETING = $text end)'
}

# What is asked for, to be put back without having been made so.
keep_wishes() { KEPT_CORE_IMAGE=$CORE_DEFAULT_IMAGE; cp "$DB_DATABASE" "$WORK/kept.db"; cp "$THEIRS_FILE" "$THEIRS_FILE.kept"; }
restore_wishes() { CORE_DEFAULT_IMAGE=$KEPT_CORE_IMAGE; mv "$WORK/kept.db" "$DB_DATABASE"; mv "$THEIRS_FILE.kept" "$THEIRS_FILE"; }
