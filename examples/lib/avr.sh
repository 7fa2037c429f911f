# shellcheck shell=bash
# avr.sh - AVR's dashboard in shell: its database, and the containers its Run button makes.
# To be sourced after common.sh.
#
# Settings: DOCKER_HOST, DB_DATABASE (the SQLite file), TENANT, NET (the network, "avr"), and
# AVR's own WEBHOOK_URL, WEBHOOK_SECRET, AMI_URL, BACKEND_URL, CORE_DEFAULT_IMAGE.

AVR_LIB=$(dirname "${BASH_SOURCE[0]}")
: "${NET:=avr}"

# ---- the engine's API, for requests exactly as AVR's backend sends them

# engine_request METHOD PATH [BODY]: prints the answer; fails on any status of 400 and above.
engine_request() {
    local method=$1 path=$2 body=${3-} url=http://engine
    local -a options=(-sS --fail-with-body --max-time 60 -X "$method")
    case ${DOCKER_HOST:-unix:///var/run/docker.sock} in
    tcp://*)
        url=http://${DOCKER_HOST#tcp://}
        if [[ -n ${DOCKER_TLS_VERIFY:-} ]]; then
            url=https://${DOCKER_HOST#tcp://}
            options+=(--cacert "$DOCKER_CERT_PATH/ca.pem" --cert "$DOCKER_CERT_PATH/cert.pem"
                --key "$DOCKER_CERT_PATH/key.pem")
        fi
        ;;
    *) options+=(--unix-socket "$(engine_socket)") ;;
    esac
    [[ -z $body ]] || options+=(-H 'Content-Type: application/json' --data "$body")
    curl "${options[@]}" "$url$path"
}

engine_socket() {
    local host=${DOCKER_HOST:-unix:///var/run/docker.sock}
    printf '%s\n' "${host#unix://}"
}

network_new() { docker network inspect "$1" >/dev/null 2>&1 || docker network create "$1" >/dev/null; }

# ---- the database

db() { sqlite3 -batch -cmd '.timeout 5000' "$DB_DATABASE" "$1"; }
quoted() { printf "'%s'" "${1//\'/\'\'}"; } # as an SQL text

db_new() { sqlite3 -batch "$DB_DATABASE" <"$AVR_LIB/avr-schema.sql"; }

# provider_new TYPE NAME IMAGE ENV-AS-JSON: prints its id.
provider_new() {
    local id config
    id=$(uuid)
    config=$(jq -nc --arg image "$3" --argjson env "$4" '{image: $image, env: $env}')
    db "INSERT INTO provider VALUES('$id', '$1', $(quoted "$2"), $(quoted "$config"))"
    printf '%s\n' "$id"
}

# provider_set ID KEY VALUE / provider_unset ID KEY / provider_image ID IMAGE: PATCH /providers/:id.
provider_set() {
    db "UPDATE provider SET config = json_set(config, '\$.env.$2', $(quoted "$3")) WHERE id = '$1'"
}
provider_unset() {
    db "UPDATE provider SET config = json_remove(config, '\$.env.$2') WHERE id = '$1'"
}
provider_image() {
    db "UPDATE provider SET config = json_set(config, '\$.image', $(quoted "$2")) WHERE id = '$1'"
}

# agent_row NAME MODE ASR LLM TTS STS: prints its id; empty providers are null.
agent_row() {
    local id port http_port
    id=$(uuid)
    port=$(between 5000 5999)
    http_port=$(between 7000 7999)
    db "INSERT INTO agent VALUES('$id', $(quoted "$1"), 'running', $port, $http_port, '$2',
        nullif('$3', ''), nullif('$4', ''), nullif('$5', ''), nullif('$6', ''))"
    printf '%s\n' "$id"
}

# ---- calls, as the webhooks write them

# call_row AGENT UUID: a call that has begun; call_row_end UUID: its end.
call_row() {
    local id
    id=$(uuid)
    db "BEGIN IMMEDIATE;
        INSERT INTO call VALUES('$id', '$2', '$1', strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);
        INSERT INTO call_event (id, type, timestamp, payload, callId) VALUES
          ('$(uuid)', 'call_initiated', strftime('%Y-%m-%d %H:%M:%f', 'now'), '{}', '$id'),
          ('$(uuid)', 'call_started', strftime('%Y-%m-%d %H:%M:%f', 'now'), '{}', '$id');
        COMMIT"
}
call_row_end() {
    db "BEGIN IMMEDIATE;
        UPDATE call SET endedAt = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE uuid = '$1';
        INSERT INTO call_event (id, type, timestamp, payload, callId)
          SELECT '$(uuid)', 'call_ended', strftime('%Y-%m-%d %H:%M:%f', 'now'), '{}', id
          FROM call WHERE uuid = '$1';
        COMMIT"
}

# ---- the Run button

# The environment of a provider's container: provider_env AGENT-ID ROLE PORT
provider_env() {
    local row
    row=$(db "SELECT json_object('agent', a.id, 'agent_name', a.name, 'id', p.id, 'name', p.name,
                'type', p.type, 'config', json(p.config))
              FROM agent a JOIN provider p ON p.id = a.provider_$2_id WHERE a.id = '$1'")
    # Two keys are rewritten, as AVR does.
    jq -c --arg port "$3" --arg ami "${AMI_URL-undefined}" --arg backend "${BACKEND_URL-}" '
        def rewritten:
            select(.key != "OPENAI_LANGUAGE" or (.value | IN("", "NULL", "auto") | not))
            | if (.key | IN("OPENAI_INSTRUCTIONS", "GEMINI_INSTRUCTIONS"))
                 and (.value | tostring | test("^[a-z][a-z0-9+.-]*://"))
              then .key |= sub("_"; "_URL_") else . end;
        ["AGENT_ID=\(.agent)", "AGENT_NAME=\(.agent_name)"]
        + [(.config.env // {}) | to_entries[] | rewritten | "\(.key)=\(.value)"]
        + ["PROVIDER_\(.type)_ID=\(.id)", "PROVIDER_\(.type)_NAME=\(.name)",
           "PROVIDER_\(.type)_TYPE=\(.type)", "PORT=\($port)"]
        + (if .type == "STS" or .type == "LLM" then ["AMI_URL=\($ami)"] else [] end)
        + (if $backend == "" then [] else ["PROVIDER_ID=\(.id)", "BACKEND_URL=\($backend)"] end)
        ' <<<"$row"
}

# box_create NAME IMAGE ENV-AS-JSON: prints the id.  The body is what AVR's backend sends.
box_create() {
    local body
    body=$(jq -nc --arg name "$1" --arg image "$2" --argjson env "$3" --arg net "$NET" \
        --arg tenant "${TENANT-}" '{name: $name, Image: $image, Env: $env,
          Labels: ({agentName: $name, app: "AVR"} + (if $tenant == "" then {} else {tenant: $tenant} end)),
          NetworkingConfig: {EndpointsConfig: {($net): {}}}, HostConfig: {Binds: []}}')
    engine_request POST "/containers/create?name=$1" "$body" | jq -r .Id
}
box_start() { engine_request POST "/containers/$1/start"; }

# box_run NAME IMAGE ENV-AS-JSON: what a Run does: a container that is there is started as it is.
box_run() {
    docker container inspect "$1" >/dev/null 2>&1 || box_create "$1" "$2" "$3" >/dev/null
    box_start "$1"
}

# Core's environment from its second argument on: core_env AGENT-ID NAME=VALUE…
core_env() {
    local id=$1 row
    shift
    row=$(db "SELECT json_object('id', id, 'name', name, 'port', port, 'http', httpPort)
              FROM agent WHERE id = '$id'")
    jq -c --arg url "${WEBHOOK_URL-undefined}" --arg secret "${WEBHOOK_SECRET-undefined}" '
        ["AGENT_ID=\(.id)", "AGENT_NAME=\(.name)", "WEBHOOK_URL=\($url)",
         "WEBHOOK_SECRET=\($secret)"] + $ARGS.positional
        + ["PORT=\(.port)", "HTTP_PORT=\(.http)"]' --args "$@" <<<"$row"
}

# provider_run AGENT-ID ROLE: prints the port AVR drew for it.
provider_run() {
    local port image
    port=$(between 6000 6999)
    image=$(db "SELECT coalesce(json_extract(p.config, '\$.image'),
                                json_extract(p.config, '\$.dockerImage'))
                FROM agent a JOIN provider p ON p.id = a.provider_$2_id WHERE a.id = '$1'")
    box_run "avr-$2-$1" "$image" "$(provider_env "$1" "$2" "$port")" >&2 || return 1
    printf '%s\n' "$port"
}

# agent_run AGENT-ID: all its containers, core last.
agent_run() {
    local id=$1 port role
    local -a urls=()
    local -A path=([asr]=speech-to-text-stream [llm]=prompt-stream [tts]=text-to-speech-stream)
    if [[ $(db "SELECT mode FROM agent WHERE id = '$id'") == sts ]]; then
        port=$(provider_run "$id" sts) || return 1
        urls+=("STS_URL=ws://avr-sts-$id:$port")
    else
        for role in asr llm tts; do
            port=$(provider_run "$id" "$role") || return 1
            # AVR 1.5.2 writes the names in lower case and leaves the path out.
            if [[ -n ${AVR_LOWER_CASE_URLS-} ]]; then
                urls+=("${role}_URL=http://avr-$role-$id:$port")
            else
                urls+=("${role^^}_URL=http://avr-$role-$id:$port/${path[$role]}")
            fi
        done
    fi
    box_run "avr-core-$id" "${CORE_DEFAULT_IMAGE:-agentvoiceresponse/avr-core:latest}" \
        "$(core_env "$id" "${urls[@]}")"
}

# agent_boxes AGENT-ID: names of every container of its slots, whatever they are called now.
agent_boxes() {
    docker ps -a --filter label=app=AVR --format '{{.Label "agentName"}} {{.Names}}' |
        awk -v id="$1" 'index($1, id) {print $2}'
}
agent_remove() {
    local box
    for box in $(agent_boxes "$1"); do docker rm -f "$box" >/dev/null; done
}

# ---- images made of mini-AVR

# image_build TAG ROLE VERSION [ENV-LINE…]: from scratch, nothing is pulled.
image_build() {
    local tag=$1 role=$2 version=$3 folder line
    shift 3
    folder=$(mktemp -d)
    cp "$MINI_AVR" "$folder/mini-avr"
    {
        printf 'FROM scratch\nCOPY mini-avr /mini-avr\nARG ROLE\nARG VERSION\n'
        # shellcheck disable=SC2016 # for the builder to fill in
        printf 'ENV MINI_ROLE=${ROLE} MINI_VERSION=${VERSION}\n'
        for line in "$@"; do printf '%s\n' "$line"; done
        printf 'ENTRYPOINT ["/mini-avr"]\n'
    } >"$folder/Dockerfile"
    DOCKER_BUILDKIT=0 docker build -q -t "$tag" --build-arg "ROLE=$role" \
        --build-arg "VERSION=$version" "$folder" >/dev/null 2>"$folder/errors" ||
        { cat "$folder/errors" >&2; rm -rf "$folder"; return 1; }
    rm -rf "$folder"
}
