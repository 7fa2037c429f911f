# shellcheck shell=bash
# assert.sh - what a test may claim.  Sourced by lib.sh.

# expect_exit CODE COMMAND…: runs it; its output is in OUT and ERR afterwards.
expect_exit() {
    local want=$1 code=0
    shift
    "$@" >"$W/last.out" 2>"$W/last.err" || code=$?
    OUT=$(<"$W/last.out")
    ERR=$(<"$W/last.err")
    ((code == want)) || fail "'$*' gave exit $code, not $want"
}

expect_text() { # REGEX: somewhere in the last output
    grep -qE -- "$1" <<<"$OUT"$'\n'"$ERR" || fail "the output does not say '$1'"
}
expect_no_text() {
    ! grep -qE -- "$1" <<<"$OUT"$'\n'"$ERR" || fail "the output says '$1'"
}

# expect_json FILTER: jq finds it true of the last output.
expect_json() {
    jq -e "$1" >/dev/null 2>&1 <<<"$OUT" || fail "not so in the JSON: $1"
}
# expect_drift ROLE FIELD [KEY]: `diff -o json` shows this difference of the world's only agent
# that differs, and none is shown for a role that is not named.
expect_drift() {
    expect_exit 2 rec diff -o json
    expect_json "any(.agents[].roles[] | select(.role == \"$1\").drifts[];
                     .field == \"$2\"${3:+ and .key == \"$3\"})"
}

expect_in_sync() {
    expect_exit 0 rec diff
    [[ -z $(leftovers) ]] || fail "left behind: $(leftovers)"
}

expect_equal() { # GOT WANT WHAT
    [[ $1 == "$2" ]] || fail "${3:-value}: '$1', not '$2'"
}
expect_changed() { # BEFORE AFTER WHAT
    [[ $1 != "$2" ]] || fail "${3:-value} did not change: '$1'"
}
expect_env() { expect_equal "$(env_of "$1" "$2")" "$3" "$2 of $1"; } # BOX KEY VALUE
expect_state() { expect_equal "$(state_of "$1")" "$2" "state of $1"; } # BOX STATE
expect_gone() { ! exists "$1" || fail "$1 is still there"; }
# expect_serves SLOT: its name is on a running container.
expect_serves() { expect_state "$1" running; }
