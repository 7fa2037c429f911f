# shellcheck shell=bash
# backend.sh - AVR's dashboard beside the service: its buttons, as they were recorded.  To be
# sourced after service.sh.  Every request of the service goes through a proxy that writes it down.

command -v python3 >/dev/null || skip 'no python3 for the backend'
CORE_IMAGE=$REGISTRY/$TEST/avr-core:latest
STS_IMAGE=$REGISTRY/$TEST/avr-sts-deepgram:latest
export CORE_DEFAULT_IMAGE=$CORE_IMAGE # the backend pulls before every Run
for image in core sts-deepgram; do
    docker tag "e2e/avr-$image:1" "$REGISTRY/$TEST/avr-$image:latest"
    docker push -q "$REGISTRY/$TEST/avr-$image:latest" >/dev/null
done

# ---- the service

serve_watched() {
    local real=$DOCKER_HOST
    "$E2E/proxy.py" "$W/proxy.sock" "$(engine_socket)" "$W/requests" "$W/hold" &
    eventually 10 test -S "$W/proxy.sock" || fail 'the proxy does not listen'
    DOCKER_HOST=unix://$W/proxy.sock
    # shellcheck disable=SC2119 # without further arguments
    serve
    DOCKER_HOST=$real
}

# hold PATTERN: the service's next request that matches it waits; let_go: it goes on.
hold() {
    HELD=$(wc -l <"$W/requests")
    printf '%s\n' "$1" >"$W/hold"
}
is_held() { tail -n "+$((HELD + 1))" "$W/requests" | grep -qE -- "$(cat "$W/hold")"; }
expect_held() { eventually 40 is_held || fail "the service does not ask for $(cat "$W/hold")"; }
let_go() { rm "$W/hold"; }

# writes [PATTERN]: how many requests of the service since begin_count changed anything.
writes() { tail -n "+$((COUNTED + 1))" "$W/requests" | grep -vE '^(GET|HEAD) ' | grep -cE -- "${1:-.}" || true; }
begin_count() { COUNTED=$(wc -l <"$W/requests"); }
# expect_writes MOST [PATTERN]
expect_writes() {
    local n
    n=$(writes "${2:-.}")
    ((n <= $1)) || fail "the service changed things $n times${2:+ ($2)}, $1 would do: $(
        tail -n "+$((COUNTED + 1))" "$W/requests" | grep -vE '^(GET|HEAD) ')"
}
# No line of the log comes again and again.
expect_calm_log() {
    local most
    most=$(sed 's/^[^ ]* //; s/avrd-[a-z]*-[0-9a-f]*//g; s/[0-9]\+//g' "$W/bg.err" | sort | uniq -c | sort -rn | sed -n 1p)
    ((${most%%[^0-9 ]*} <= 30)) || fail "the log repeats itself: $most"
}

# ---- the dashboard's database

status_is() { db "UPDATE agent SET status = '$1' WHERE id = '$AGENT'"; }

# ---- its buttons; each prints the requests it sent to $W/backend.out, and fails if it was refused

# button NAME [BOX-ID BOX-IMAGE]: PORT is the port a Run draws, PAUSE what it waits in between.
button() {
    local port=${PORT:-$(between 6000 6999)}
    jq -n --arg agent "$AGENT" --arg tenant "$TENANT" --arg network "$NET" --arg box "${2-}" \
        --arg box_image "${3-}" --argjson pause "${PAUSE:-0}" \
        --arg core "$CORE_IMAGE" --arg sts "$STS_IMAGE" \
        --argjson sts_env "$(provider_env "$AGENT" sts "$port")" \
        --argjson core_env "$(core_env "$AGENT" "STS_URL=ws://$STS:$port")" \
        '{agent: $agent, tenant: $tenant, network: $network, box: $box, box_image: $box_image,
          pause: $pause, images: {"avr-core": $core, "avr-sts-deepgram": $sts},
          env: {sts: $sts_env, core: $core_env}}' |
        "$E2E/backend.py" "$(engine_socket)" "$1" >>"$W/backend.out" 2>&1
}
press_run() { button run && status_is running; } # the status comes after the containers
press_stop() { button stop && status_is stopped; }
press_delete() { button stop && db "DELETE FROM agent WHERE id = '$AGENT'"; }
press_restart() { button restart "$(box_id "$1")" avr-sts-deepgram; } # of an sts
press_box_stop() { button box-stop "$(box_id "$1")"; }

# ---- what must be so when it is over

in_use() { slot_boxes "$1" | grep -v '^avrd-failed-.* exited$' || true; } # those are kept for their logs
roles_once() {
    [[ $(in_use "$STS") == "$STS running" && $(in_use "$CORE") == "$CORE running" ]]
}
nothing_left() { [[ -z $(agent_boxes "$AGENT") ]]; }

# The agent runs: each role exactly once, the service at rest, core dials the port of sts.
expect_running() {
    eventually 45 roles_once || fail "not each role once: $(slot_boxes "$STS"), $(slot_boxes "$CORE")"
    expect_settled 45
    roles_once || fail "not each role once: $(slot_boxes "$STS"), $(slot_boxes "$CORE")"
    expect_env "$CORE" STS_URL "ws://$STS:$(env_of "$STS" PORT)"
    expect_in_sync
}
expect_stopped() {
    eventually 45 nothing_left || fail "left: $(slot_boxes "$STS"), $(slot_boxes "$CORE")"
    expect_settled
    nothing_left || fail "came back: $(slot_boxes "$STS"), $(slot_boxes "$CORE")"
    expect_in_sync
}
