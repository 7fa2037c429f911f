# shellcheck shell=bash
# people.sh - several agents side by side, to each of which somebody does something else.  To be
# sourced after backend.sh.

declare -A AGENTS PROVIDERS BEFORE

# new_agents WHO…: an sts agent each, of that name.
new_agents() {
    local who
    ALL="$*"
    printf 'database: %s\ndefaults:\n  update: {monitor: 1s, parallelism: 8}\n' "$DB_DATABASE" >"$SPEC"
    for who in $ALL; do
        agent_new_sts "$who" 'Hi v1'
        AGENTS[$who]=$AGENT PROVIDERS[$who]=$PROVIDER
    done
}
of() { # WHO: the functions of the tests speak of this agent now
    AGENT=${AGENTS[$1]} PROVIDER=${PROVIDERS[$1]}
    STS=avr-sts-$AGENT CORE=avr-core-$AGENT
}
each() { # COMMAND…: of every agent
    local who
    for who in $ALL; do of "$who" && "$@" "$who"; done
}
remember() { BEFORE[$1]=$(box_id "$STS"); }
expect_once() { eventually 45 roles_once || fail "$1: $(slot_boxes "$STS"), $(slot_boxes "$CORE")"; }
expect_all_once() {
    each expect_once
    expect_settled 45
    each expect_once
    expect_in_sync
}
kept() { of "$1" && expect_equal "$(box_id "$STS")" "${BEFORE[$1]}" "$1: sts"; }
anew() { of "$1" && expect_changed "${BEFORE[$1]}" "$(box_id "$STS")" "$1: sts"; }
# The box of the current agent's slot in this place: "next", "drain".
box_in() { slot_boxes "$STS" | sed -n "s/^\(avrd-$1-[0-9a-f]*\) .*/\1/p"; }
has_in() { [[ -n $(box_in "$1") ]]; }
expect_in() { eventually 40 has_in "$1" || fail "$2: no $1"; }
