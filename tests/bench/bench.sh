#!/bin/bash
# bench.sh - what a look and a replacement cost, next to docker-compose doing the same and next to
# the floor: a bare libcurl program that makes the same requests to the engine.
#
#     cmake --build build/release --target bench
#
# Two engines of its own are started, each with the same agents (two containers an agent): ours,
# for avr-reconciler and the floor, and theirs, for docker-compose.  Runs of the peers alternate, so
# that what else the machine does hits all of them; numbers are medians.  Requests are counted by a
# proxy in runs of their own, which are not timed unless the table says so.  Nothing is asserted.
#
#   BENCH_SIZES      containers (10 50 200)     BENCH_ROUNDS      of the cases that change nothing (5)
#   BENCH_APPLY_ALL  sizes at which all containers are replaced (10 50)
#   BENCH_HANDOVERS  replacements whose gap is measured (10)
#   BENCH_PROGRAMS, AVR_RECONCILER, MINI_AVR: the programs; the build sets them
set -euo pipefail
BENCH=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$BENCH/../.." && pwd)
: "${BENCH_SIZES:=10 50 200}" "${BENCH_ROUNDS:=5}" "${BENCH_APPLY_ALL:=10 50}" "${BENCH_HANDOVERS:=10}"
: "${BENCH_PROGRAMS:=$TOP/build/release/tests/bench}"
: "${AVR_RECONCILER:=$TOP/build/release/avr-reconciler}"
: "${MINI_AVR:=$TOP/build/release/examples/mini-avr/mini-avr}"
for name in "${!DOCKER_@}" "${!COMPOSE_@}" "${!AVR_RECONCILER_@}" DB_TYPE WEBHOOK_URL WEBHOOK_SECRET \
    WEBHOOK_FORWARD_URL AMI_URL TOOLS_DIR AVR_TOOLS_DIR BACKEND_URL JWT_SECRET; do
    unset "$name"
done

# shellcheck source=../../examples/lib/common.sh
. "$TOP/examples/lib/common.sh"
# shellcheck source=../../examples/lib/engine.sh
. "$TOP/examples/lib/engine.sh"
# shellcheck source=../../examples/lib/avr.sh
. "$TOP/examples/lib/avr.sh"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/avrd-bench.XXXXXX")
# shellcheck source=fleet.sh
. "$BENCH/fleet.sh"
# shellcheck source=report.sh
. "$BENCH/report.sh"

finish() {
    local code=$? pid file engine
    trap - EXIT INT TERM
    if ((code)); then
        for file in "$WORK"/*.err; do [[ ! -s $file ]] || { warn "--- ${file##*/}:"; tail -n 20 "$file" >&2; }; done
    fi
    for pid in $(jobs -p); do end_process "$pid" 5 || true; done
    for engine in ours theirs; do
        [[ ! -S $WORK/$engine/engine.sock.real ]] || mv -f "$WORK/$engine/engine.sock.real" "$WORK/$engine/engine.sock"
        engine_stop "$WORK/$engine"
    done
    rm -rf "$WORK"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

need() {
    local why
    why=$(engine_obstacle)
    [[ -z $why ]] || die "the bench cannot run: $why"
    command -v docker-compose >/dev/null || die 'docker-compose is not installed'
    docker-compose version --short | grep -q '^1\.' || die 'docker-compose 1.x is needed, as Debian has it'
    command -v python3 >/dev/null || die 'python3 is not installed'
}

note() { printf '%8s  %s\n' "${SECONDS}s" "$*" >&2; }

# ---- the peers

SOCKET=$WORK/ours/engine.sock
export TENANT=bench DB_DATABASE=$WORK/data.db CORE_DEFAULT_IMAGE=bench/avr-core:1
export DOCKER_CONFIG=$WORK/docker DOCKER_HOST=unix://$WORK/none.sock # never the host's own

rec() { "$AVR_RECONCILER" "$@" -f "$WORK/spec.yaml" --state-dir "$WORK/state" --engine "unix://$SOCKET"; }

# measured CONTAINERS CASE PEER EXIT-CODES PROGRAM…: one run is one sample.
measured() {
    local size=$1 case=$2 peer=$3 codes=$4 code=0
    shift 4
    "$BENCH_PROGRAMS/bench.measure" "$WORK/sample" "$@" >"$WORK/run.out" 2>"$WORK/run.err" </dev/null || code=$?
    [[ " $codes " == *" $code "* ]] || { warn "$peer ($case) ended with $code"; tail -n 5 "$WORK/run.out" >&2; exit 1; }
    printf '%s\t%s\t%s\t%s\n' "$size" "$case" "$peer" "$(tail -n 1 "$WORK/sample")" >>"$SAMPLES"
}
measured_ours() { # CONTAINERS CASE EXIT-CODES VERB…
    local size=$1 case=$2 codes=$3
    shift 3
    measured "$size" "$case" avr-reconciler "$codes" "$AVR_RECONCILER" "$@" -f "$WORK/spec.yaml" \
        --state-dir "$WORK/state" --engine "unix://$SOCKET"
}
measured_compose() { # CONTAINERS CASE
    # As a variable of this shell, so that env is no part of what is measured.
    local -x "${compose_environment[@]}"
    on theirs measured "$1" "$2" docker-compose 0 docker-compose -f "$THEIRS_FILE" -p bench up -d
}
measured_floor() { # CONTAINERS CASE CONNECTIONS
    local peer="floor, $3 connections"
    [[ $3 != 1 ]] || peer='floor, 1 connection'
    measured "$1" "$2" "$peer" 0 "$BENCH_PROGRAMS/bench.floor" get "$SOCKET" "$3" "$WORK/floor.list"
}

# ---- counting requests

# through_proxy ENGINE COMMAND…: with the engine's socket behind a proxy; requests are in $WORK/proxy.log.
through_proxy() {
    local engine=$1 socket=$WORK/$1/engine.sock proxy code=0
    shift
    mv "$socket" "$socket.real"
    : >"$WORK/proxy.log"
    python3 "$TOP/tests/e2e/proxy.py" "$socket" "$socket.real" "$WORK/proxy.log" 2>"$WORK/proxy.err" &
    proxy=$!
    eventually 10 engine_answers "$WORK/$engine" || die 'the proxy does not answer'
    : >"$WORK/proxy.log"
    "$@" || code=$?
    end_process "$proxy"
    wait "$proxy" 2>/dev/null || true
    rm -f "$socket"
    mv "$socket.real" "$socket"
    return "$code"
}
count() { # CONTAINERS CASE PEER: what the proxy saw
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$(wc -l <"$WORK/proxy.log")" >>"$REQUESTS"
}
quietly() { # EXIT-CODES COMMAND…
    local codes=$1 code=0
    shift
    "$@" >"$WORK/run.out" 2>"$WORK/run.err" </dev/null || code=$?
    [[ " $codes " == *" $code "* ]] || die "$1 ended with $code: $(tail -n 3 "$WORK/run.out" "$WORK/run.err")"
}
kinds() { # of the requests that the proxy saw, or of those in a file
    sed -E 's|/v1\.[0-9]+||; s|[0-9a-f]{64}|ID|; s|/images/[^ ]*|/images/REF|; s|\?.*||' "${1:-$WORK/proxy.log}" |
        sort | uniq -c | sort -rn | awk '{printf "%s%d %s %s", (NR > 1 ? ", " : ""), $1, $2, $3}'
}
# What avr-reconciler asked, in its own order: what needs an answer before it can be asked comes
# after a blank line.  Images and containers are asked for together.
write_floor_list() {
    awk '{kind = /\/_ping/ ? 1 : /\/containers\/json/ ? 2 : 3}
         NR > 1 && kind != last {print ""} {last = kind; print}' "$WORK/proxy.log" >"$WORK/floor.list"
}

# ---- cases

# looks CONTAINERS CASE EXIT-CODE [compose]: diff against the floor, and docker-compose if it has nothing to do either.
looks() {
    local size=$1 case=$2 code=$3 round k connections
    through_proxy ours quietly "$code" rec diff
    count "$size" "$case" avr-reconciler
    count "$size" "$case" 'floor, 4 connections'
    count "$size" "$case" 'floor, 1 connection'
    printf '%s\t%s\t%s\n' "$size" "$case" "$(kinds)" >>"$WORK/kinds"
    write_floor_list
    if [[ -n ${4-} ]]; then
        through_proxy theirs quietly 0 compose
        count "$size" "$case" docker-compose
    fi
    for ((round = 0; round < BENCH_ROUNDS; round++)); do
        for k in 1 2 3; do
            measured_ours "$size" "$case" "$code" diff
            for connections in 4 1; do measured_floor "$size" "$case" "$connections"; done
        done
        [[ -z ${4-} ]] || ((round >= 3)) || measured_compose "$size" "$case"
    done
    : "$k"
    local -a peers=(avr-reconciler 'floor, 4 connections' 'floor, 1 connection')
    [[ -z ${4-} ]] || peers+=(docker-compose)
    print_case "$size" "$case" 'floor, 4 connections' "${peers[@]}"
}

# Applies are the peer's whole way: requests, probes, and the waits of ours that keep calls alive.
one_applied() { # CONTAINERS; one container has drifted
    local round
    through_proxy ours quietly 0 rec apply --yes
    count "$1" 'one, apply' avr-reconciler
    through_proxy theirs quietly 0 compose
    count "$1" 'one, apply' docker-compose
    for round in 1 2 3; do
        change_one "$((round % ${#AGENTS[@]}))"
        measured_ours "$1" 'one, apply' 0 apply --yes
        measured_compose "$1" 'one, apply'
    done
    print_case "$1" 'one, apply' none avr-reconciler docker-compose
}

all_applied() { # CONTAINERS; all have drifted; once, behind the proxy
    through_proxy ours measured_ours "$1" 'all, apply' 0 apply --yes
    count "$1" 'all, apply' avr-reconciler
    through_proxy theirs measured_compose "$1" 'all, apply'
    count "$1" 'all, apply' docker-compose
    print_case "$1" 'all, apply' none avr-reconciler docker-compose
}

size() { # CONTAINERS
    note "making it $1 containers on each engine"
    fleet_grow "$1"
    note "measuring at $1 containers"
    print_head "$1"
    looks "$1" 'no-op' 0 compose
    change_one 0
    looks "$1" 'one, diff' 2
    one_applied "$1"
    keep_wishes
    change_all
    looks "$1" 'all, diff' 2
    if [[ " $BENCH_APPLY_ALL " == *" $1 "* ]]; then all_applied "$1"; else restore_wishes; fi
    cycles "$1"
    aims_of_size "$1"
}

aims_of_size() {
    local ours floor compose
    ours=$(value "$1" no-op avr-reconciler wall)
    floor=$(value "$1" no-op 'floor, 4 connections' wall)
    aim "no-op at $1 containers, wall clock by the floor's" '<= 1.3' "$(ratio "$ours" "$floor")"
    ours=$(value "$1" no-op avr-reconciler cpu)
    compose=$(value "$1" no-op docker-compose cpu)
    aim "no-op at $1 containers, docker-compose's CPU by ours" '>= 20' "$(ratio "$compose" "$ours")"
    ours=$(value "$1" no-op avr-reconciler memory)
    floor=$(value "$1" no-op 'floor, 4 connections' memory)
    aim "no-op at $1 containers, peak memory" '< 16 MiB' \
        "$(printf '%.1f MiB (floor: %.1f)' "$ours" "$floor")"
}

# ---- cycles in one process

run_cycles() { "$BENCH_PROGRAMS/bench.cycles" 4 -f "$WORK/spec.yaml" --state-dir "$WORK/state" --engine "unix://$SOCKET"; }

cycles() { # CONTAINERS
    local -a n
    through_proxy ours run_cycles >"$WORK/cycles.counted"
    run_cycles >"$WORK/cycles"
    mapfile -t n < <(cut -f 1 "$WORK/cycles.counted")
    head -n "${n[0]}" "$WORK/proxy.log" >"$WORK/cycle.1"
    sed -n "$((n[0] + 1)),$((n[0] + n[1]))p" "$WORK/proxy.log" >"$WORK/cycle.2"
    printf '\n%-18s %10s %9s %9s %16s  %s\n' 'in one process' 'wall ms' 'CPU ms' requests 'CPU of sources' ''
    awk -F'\t' '{printf "  cycle %-10d %10.1f %9.1f %9d %16.1f\n", NR, $2 / 1000, $3 / 1000, $1, $4 / 1000}' "$WORK/cycles"
    printf '  the first:  %s\n  the second: %s\n' "$(kinds "$WORK/cycle.1")" "$(kinds "$WORK/cycle.2")"
    aim "second cycle at $1 containers, requests" '1 list' "$(kinds "$WORK/cycle.2")"
}

# ---- replacements

gap_start() { # NAME PORT
    on ours docker run -d --name bench-gap --network "$NET" bench/gap "$1" "$2" >/dev/null
    eventually 20 gap_is_ready || die 'the gap program reaches nobody'
}
gap_is_ready() { on ours docker logs bench-gap 2>&1 | grep -q '^ready'; }
gap_stop() { # prints its last line
    on ours docker stop bench-gap >/dev/null
    on ours docker logs bench-gap 2>&1 | tail -n 1
    on ours docker rm bench-gap >/dev/null
}

# The floor replaces the container of that name by one like it.
floor_replaces() { # NAME TAG
    on ours docker inspect "$1" | jq --arg net "$NET" '.[0] | {Image: .Config.Image, Env: .Config.Env,
        Labels: .Config.Labels, HostConfig: {}, NetworkingConfig: {EndpointsConfig: {($net): {}}}}' >"$WORK/body.json"
    "$BENCH_PROGRAMS/bench.floor" replace "$SOCKET" "$1" \
        "$(on ours docker inspect -f '{{.Id}}' "$1")" "$2" "$WORK/body.json"
}

handover() { # NUMBER
    local agent=$(($1 % ${#AGENTS[@]})) name port begun
    name=$(sts_of "$agent")
    port=$(on ours docker inspect "$name" | jq -r '.[0].Config.Env[] | select(startswith("PORT="))[5:]')
    change_one "$agent"
    gap_start "$name" "$port"
    begun=${EPOCHREALTIME/./}
    rec apply --yes --progress json >"$WORK/run.out" 2>"$WORK/run.err" </dev/null || die 'an apply failed'
    printf '%s\n' "$(((${EPOCHREALTIME/./} - begun) / 1000))" >>"$WORK/apply.wall"
    gap_stop >>"$WORK/gaps"
    # shellcheck disable=SC2016 # jq's own variable
    cat "$WORK/run.out" "$WORK/run.err" | jq -rR --argjson n "$1" 'fromjson? | select(.event == "step" and .state == "done")
        | [$n, .step, .elapsed_ms] | @tsv' >>"$WORK/steps"
    gap_start "$name" "$port"
    floor_replaces "$name" "$1" | awk -v n="$1" '{print n "\t" $0}' >>"$WORK/floor.steps"
    gap_stop >>"$WORK/floor.gaps"
}

# sums FILE STEP…: of each hand-over, over these steps; the median.
sums() {
    local file=$1
    shift
    awk -F'\t' -v steps=" $* " '{if (!($1 in sum)) sum[$1] = 0} index(steps, " " $2 " ") {sum[$1] += $3}
        END {for (n in sum) print sum[n]}' "$file" | median
}

handovers() {
    local k step ours floor waits wall
    note "$BENCH_HANDOVERS hand-overs"
    build_gap_image
    for ((k = 0; k < BENCH_HANDOVERS; k++)); do handover "$k"; done
    quietly 0 rec diff # what the floor made counts as in sync
    printf '\nOne replacement (medians of %d, ms)\n%-18s %10s %9s %9s\n' "$BENCH_HANDOVERS" '' avr-rec. floor ratio
    for step in create start rename stop remove; do
        ours=$(sums "$WORK/steps" "$step")
        floor=$(sums "$WORK/floor.steps" "$step")
        printf '  %-16s %10.1f %9.1f %9s\n' "$step" "$ours" "$floor" "$(ratio "$ours" "$floor")"
    done
    ours=$(sums "$WORK/steps" create start rename stop remove)
    floor=$(sums "$WORK/floor.steps" create start rename stop remove)
    waits=$(sums "$WORK/steps" wait)
    wall=$(median <"$WORK/apply.wall")
    printf '  %-16s %10.1f %9.1f %9s\n' 'these steps' "$ours" "$floor" "$(ratio "$ours" "$floor")"
    printf '  %-16s %10.1f\n' probe "$(sums "$WORK/steps" probe)"
    printf '  %-16s %10.1f\n' 'deliberate waits' "$waits" 'whole apply' "$wall"
    wall=$(awk -v a="$wall" -v b="$waits" 'BEGIN {print a - b}')
    printf '  %-16s %10.1f %9.1f %9s\n' 'without waits' "$wall" "$floor" "$(ratio "$wall" "$floor")"
    aim 'replacement, engine steps by bare requests' '<= 1.2' "$(ratio "$ours" "$floor")"
    aim 'replacement, apply without waits by bare requests' '' "$(ratio "$wall" "$floor")"
    print_gaps
}

build_gap_image() {
    mkdir -p "$WORK/gap"
    cp "$BENCH_PROGRAMS/bench.gap" "$WORK/gap/gap"
    printf 'FROM scratch\nCOPY gap /gap\nENTRYPOINT ["/gap"]\n' >"$WORK/gap/Dockerfile"
    DOCKER_BUILDKIT=0 on ours docker build -q -t bench/gap "$WORK/gap" >/dev/null 2>"$WORK/build.err"
}

print_gaps() {
    local ours floor
    printf '\nNobody answers at the name (resolve and connect every ms), ms\n%-18s %10s %9s\n' '' avr-rec. floor
    paste "$WORK/gaps" "$WORK/floor.gaps" | awk '{printf "  hand-over %-6d %10.1f %9.1f   %d attempts: %d found no name, %d no answer\n",
        NR, $8, $16, $2, $4, $6}'
    ours=$(awk '{print $8}' "$WORK/gaps" | median)
    floor=$(awk '{print $8}' "$WORK/floor.gaps" | median)
    aim "gap in $BENCH_HANDOVERS hand-overs, longest and median" 'is printed' \
        "$(awk '$8 > m {m = $8} END {printf "%.1f", m}' "$WORK/gaps") and $ours ms (floor: $floor)"
}

# ---- everything

need
note 'starting two engines'
engine_up ours
engine_up theirs
db_new
printf 'database: %s\ndefaults:\n  update: {monitor: 0s}\n' "$DB_DATABASE" >"$WORK/spec.yaml"
printf 'avr-reconciler, docker-compose %s and a bare libcurl program; Docker %s; %s cores\n' \
    "$(docker-compose version --short)" "$(on ours docker version -f '{{.Server.Version}}')" "$(nproc)"
for containers in $BENCH_SIZES; do size "$containers"; done
handovers
printf '\nRequests of a diff\n'
awk -F'\t' '{printf "  %3d %-10s %s\n", $1, $2, $3}' "$WORK/kinds"
print_aims
