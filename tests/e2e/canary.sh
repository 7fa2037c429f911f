# shellcheck shell=bash disable=SC2034
# canary.sh - an agent with a canary, behind a service that is the relay of core's webhooks.  To be
# sourced after service.sh.
#
# The policy names one caller and draws nobody, so that a test decides which call meets the candidate.

NAMED=+39021234567

# canary_begin CALLS: sets AGENT, PROVIDER, STS, CORE; so many calls must go well.
canary_begin() {
    local backend
    export WEBHOOK_SECRET=hook-secret
    GATEWAY=$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' "$NET")
    HOOKS=$((20000 + $$ % 20000))
    backend=$((HOOKS + 1))
    export WEBHOOK_URL=http://$GATEWAY:$HOOKS/webhooks
    MINI_BIND=127.0.0.1 PORT=$backend "$MINI_AVR" webhook-log >"$W/backend.out" 2>&1 &
    agent_new_sts 'Night desk' 'Hi v1'
    canary_spec "$1"
    canary_serve
}
# canary_spec CALLS [MORE]: more of the agent, as in a flow mapping.
canary_spec() { spec '' "agents: {$AGENT: {${2-} update: {canary: {callers: ['+39 02 123-4567'], percent: 0, calls: $1}}}}"; }
canary_serve() { serve --listen "127.0.0.1:$HOOKS,$GATEWAY:$HOOKS" --webhook-forward "http://127.0.0.1:$((HOOKS + 1))/webhooks"; }

# phone NAME NUMBER: a call that goes on until it is hung up.
phone() {
    local port http address
    IFS='|' read -r port http < <(db "SELECT port, httpPort FROM agent WHERE id = '$AGENT'")
    address=$(address_of "$CORE")
    rm -f "$W/call-$1.out"
    uuid >"$W/call-$1.uuid"
    "$MINI_AVR" caller --core "$address:$port" --http "$address:$http" \
        --uuid "$(cat "$W/call-$1.uuid")" --from "$2" --seconds 600 >"$W/call-$1.out" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$W/call-$1.pid"
}

# was_sent NAME BOX-ID: core says where it sent the call.
was_sent() {
    docker logs "$CORE" >"$W/core.out" 2>&1
    grep -qF "call $(cat "$W/call-$1.uuid"): the webhook chose ws://${2:0:12}:" "$W/core.out"
}
began() { docker logs "$CORE" >"$W/core.out" 2>&1 && grep -qF "call $(cat "$W/call-$1.uuid"): began" "$W/core.out"; }

# meet NAME BOX-ID: the named caller calls until a call is sent there: one that comes at a moment at which nobody can
# tell who is there goes by the name, as ever.
meet_once() {
    phone "$1" "$NAMED"
    eventually 15 began "$1" || fail "call $1 does not begin"
    was_sent "$1" "$2" || { call_hang_up "$1"; return 1; }
}
meet() { eventually 60 meet_once "$1" "$2" || fail "no call of the named caller meets the candidate"; }

hears() { call_heard "$1" 2>/dev/null | grep -qF -- "$2"; } # NAME TEXT
expect_hears() { eventually 15 hears "$1" "$2" || fail "call $1 heard '$(call_heard "$1" | head -n 1)', not '$2'"; }

candidate() { docker ps --no-trunc --filter "label=agentName=$STS" --filter name=avrd-next- --format '{{.ID}}'; }
has_candidate() { [[ $(candidate) =~ ^[0-9a-f]{64}$ ]]; }
expect_candidate() { # sets CANDIDATE
    eventually 60 has_candidate || fail 'no candidate'
    CANDIDATE=$(candidate)
}
says() { ask status >"$W/status.out" 2>&1 || true; grep -qF -- "$1" "$W/status.out"; }
expect_says() { eventually 30 says "$1" || fail "status does not say '$1': $(cat "$W/status.out")"; }
