# shellcheck shell=bash
# kills.sh - killing an apply at every line about a step, several lanes side by side.  To be
# sourced after lib.sh.
#
# A lane is an agent in a world of its own.  Lane K of LANES takes the lines K, K + LANES, …; it is
# done when an apply ends before the line at which it was to be killed.

: "${LANES:=3}"
: "${STRIDE:=1}" # 2: every second line

# kill_lane K: change_settings and check_settings N are the test's own.
kill_lane() {
    local n=$((1 + $1 * STRIDE)) kills=0
    while change_settings "$n" && killed_at "$n" apply; do
        kills=$((kills + 1))
        check_serving "$n"
        expect_exit 0 rec apply
        expect_in_sync
        check_settings "$n"
        n=$((n + LANES * STRIDE))
    done
    # The run that was not killed must have done it all.
    expect_equal "$CODE" 0 "exit of the apply with $((n - 1)) lines or less"
    expect_in_sync
    check_settings "$n"
    printf '%s\n' "$kills" >"$W/kills"
}

# run_lanes: makes the agents with new_agent, then runs the lanes; prints how many kills there were.
run_lanes() {
    local lane pids=() bad=0
    for ((lane = 0; lane < LANES; lane++)); do
        (
            trap - EXIT # the test's own end is not the lane's
            world "lane$lane"
            new_agent "$lane"
            expect_in_sync
            kill_lane "$lane"
        ) &
        pids+=($!)
    done
    for lane in "${pids[@]}"; do wait "$lane" || bad=1; done
    ((bad == 0)) || fail 'a lane failed'
    step "$(awk '{n += $1} END {print n}' "$WORK"/lane*/kills) kills, all healed by the next apply"
}
