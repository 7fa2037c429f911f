# shellcheck shell=bash
# report.sh - samples, and what is printed of them.  To be sourced by bench.sh.
#
# $WORK/samples has a line for each run: containers, case, peer, then wall clock and CPU in
# microseconds and peak memory in KiB.  $WORK/requests: containers, case, peer, requests.
# $WORK/aims: name, aim, result.

SAMPLES=$WORK/samples REQUESTS=$WORK/requests AIMS=$WORK/aims
touch "$SAMPLES" "$REQUESTS" "$AIMS"

median() { sort -g | awk '{v[NR] = $1} END {if (NR) print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2); else print 0}'; }

# value CONTAINERS CASE PEER wall|cpu|memory: median in ms, ms, MiB; 0 if there is none.
value() {
    local column=4 unit=1000
    [[ $4 != cpu ]] || column=5
    [[ $4 != memory ]] || { column=6; unit=1024; }
    awk -F'\t' -v n="$1" -v c="$2" -v p="$3" -v k="$column" -v u="$unit" \
        '$1 == n && $2 == c && $3 == p {print $k / u}' "$SAMPLES" | median
}
requests() { # CONTAINERS CASE PEER
    awk -F'\t' -v n="$1" -v c="$2" -v p="$3" '$1 == n && $2 == c && $3 == p {r = $4} END {print r ? r : "-"}' "$REQUESTS"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {if (b > 0 && a > 0) printf "%.2f", a / b; else print "-"}'; }

aim() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$AIMS"; }

row_format='%-18s %-26s %10.1f %9.1f %9.1f %9s %9s %9s %9s\n'

print_head() {
    printf '\n%s containers, %s agents\n' "$1" "$(($1 / 2))"
    printf '%-18s %-26s %10s %9s %9s %9s %9s %9s %9s\n' '' '' 'wall ms' 'CPU ms' 'peak MiB' requests \
        wall/floor CPU/floor CPU/compose
}

# print_case CONTAINERS CASE FLOOR PEER…: a row for each peer; FLOOR is what it is divided by.
print_case() {
    local size=$1 case=$2 floor=$3 peer cpu wall compose_cpu floor_cpu floor_wall
    shift 3
    floor_wall=$(value "$size" "$case" "$floor" wall)
    floor_cpu=$(value "$size" "$case" "$floor" cpu)
    compose_cpu=$(value "$size" "$case" docker-compose cpu)
    for peer in "$@"; do
        wall=$(value "$size" "$case" "$peer" wall)
        cpu=$(value "$size" "$case" "$peer" cpu)
        # shellcheck disable=SC2059
        printf "$row_format" "$case" "$peer" "$wall" "$cpu" "$(value "$size" "$case" "$peer" memory)" \
            "$(requests "$size" "$case" "$peer")" "$(ratio "$wall" "$floor_wall")" \
            "$(ratio "$cpu" "$floor_cpu")" "$(ratio "$cpu" "$compose_cpu")"
    done
}

print_aims() {
    printf '\n%-58s %-14s %s\n' 'Aims' aim result
    awk -F'\t' '{printf "%-58s %-14s %s\n", $1, $2, $3}' "$AIMS"
}
