# shellcheck shell=bash
# engine.sh - a Docker Engine and a registry of one's own, in a folder of one's own.
# To be sourced after common.sh.
#
# The engine has no default bridge and leaves the host's packet filter alone; its containers are
# reached from the host by their addresses.  engine_stop leaves nothing behind: no process, mount,
# bridge or file, even if the engine was killed.

ENGINE_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Addresses for its networks that nobody on this machine routes yet.
engine_pool() {
    local pool
    while :; do
        pool=10.$(between 128 250)
        ip -4 route | grep -q "$pool\." || break
    done
    printf '%s.0.0/16\n' "$pool"
}

engine_answers() { curl -sf --max-time 2 --unix-socket "$1/engine.sock" http://engine/_ping >/dev/null; }

# Its state after a start: 0 answers, 1 died or is not up yet; ends the waiting when it died.
engine_up_or_dead() { engine_answers "$1" || gone "$2"; }

# engine_launch DIR: one try.
engine_launch() {
    local dir=$1 pid
    rm -f "$dir/engine.pid"
    # A config file of its own: what the host's engine is set to does not matter here.
    setsid dockerd --config-file "$dir/daemon.json" --bridge=none --iptables=false \
        --ip-masq=false --insecure-registry 127.0.0.0/8 --default-address-pool \
        "base=$(cat "$dir/pool"),size=24" --data-root "$dir/data" --exec-root "$dir/exec" \
        --pidfile "$dir/engine.pid" --host "unix://$dir/engine.sock" \
        >>"$dir/engine.log" 2>&1 </dev/null &
    pid=$!
    disown "$pid"
    printf '%s\n' "$pid" >"$dir/dockerd"
    eventually 60 engine_up_or_dead "$dir" "$pid" && engine_answers "$dir"
}

# engine_start DIR: the engine listens on DIR/engine.sock.  An engine that was killed a moment ago
# may refuse the first start ("timeout waiting for containerd"), so there are three tries.
engine_start() {
    local dir=$1 try
    mkdir -p "$dir/exec" "$dir/data"
    [[ -s $dir/pool ]] || engine_pool >"$dir/pool"
    [[ -s $dir/daemon.json ]] || printf '{}\n' >"$dir/daemon.json"
    for try in 1 2 3; do
        engine_launch "$dir" && return 0
        end_process "$(cat "$dir/dockerd")"
    done
    tail -n 20 "$dir/engine.log" >&2
    warn "the engine did not start ($try tries)"
    return 1
}

engine_kill() { # the hard way: containers lose their keeper
    local pid
    pid=$(cat "$1/dockerd")
    kill -KILL "$pid"
    eventually 10 gone "$pid"
}

# Processes of this engine: its programs, with the folder in their command line.
engine_processes() {
    local dir=$1 entry program
    for entry in /proc/[0-9]*; do
        program=$(readlink "$entry/exe" 2>/dev/null) || continue
        case ${program##*/} in
        dockerd* | containerd* | docker-proxy* | runc*) ;;
        *) continue ;;
        esac
        ! tr '\0' ' ' <"$entry/cmdline" 2>/dev/null | grep -qF "$dir/" || printf '%s\n' "${entry#/proc/}"
    done
}

children() { cat "/proc/$1/task/"*/children 2>/dev/null || true; }

engine_kill_leftovers() {
    local dir=$1 pid child
    for pid in $(engine_processes "$dir"); do
        for child in $(children "$pid"); do kill -KILL "$child" 2>/dev/null || true; done
        kill -KILL "$pid" 2>/dev/null || true
    done
    [[ -z $(engine_processes "$dir") ]]
}

engine_remove_containers() {
    local socket=$1/engine.sock ids
    ids=$(DOCKER_HOST=unix://$socket timeout 20 docker ps -aq --no-trunc) || return 0
    # shellcheck disable=SC2086 # a list of ids
    [[ -z $ids ]] || DOCKER_HOST=unix://$socket timeout 60 docker rm -f $ids >/dev/null 2>&1 || true
}

engine_remove_bridges() {
    local prefix link
    prefix=$(cut -d. -f1,2 "$1/pool")
    for link in $(ip -4 -o addr show | awk -v p="$prefix." 'index($4, p) == 1 {print $2}'); do
        ip link delete "$link" 2>/dev/null || true
    done
}

# Mounts below the folder, deepest first; twice, because some are stacked.
engine_unmount() {
    local dir=$1 round
    for round in 1 2; do
        awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/self/mounts | sort -r |
            while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
    done
    : "$round"
}

engine_remove_cgroups() {
    local dir=$1 id path
    for path in "$dir"/data/containers/*/; do
        id=$(basename "$path")
        [[ ${#id} -eq 64 ]] || continue
        find /sys/fs/cgroup -depth -type d -name "*$id*" -exec rmdir {} + 2>/dev/null || true
    done
}

# engine_stop DIR: everything of it goes, the folder too.  Safe to call twice.
engine_stop() {
    local dir=$1
    [[ -d $dir ]] || return 0
    if [[ -f $dir/dockerd ]]; then
        ! engine_answers "$dir" || engine_remove_containers "$dir"
        end_process "$(cat "$dir/dockerd")" 20 || true
        eventually 10 engine_kill_leftovers "$dir" || warn "processes of $dir are still there"
        engine_remove_bridges "$dir"
        engine_remove_cgroups "$dir"
    fi
    if [[ -f $dir/guard && $(cat "$dir/guard") != "$BASHPID" ]]; then
        kill -TERM -- "-$(cat "$dir/guard")" 2>/dev/null || true # its whole session
    fi
    [[ ! -f $dir/registry.pid ]] || end_process "$(cat "$dir/registry.pid")" || true
    engine_unmount "$dir"
    eventually 10 rm -rf --one-file-system "$dir"
}

# engine_guard DIR PID: stops the engine when the process PID has ended and nobody else did.
engine_guard() {
    # shellcheck disable=SC2016 # for the other shell
    setsid bash -c 'set -uo pipefail; . "$1/common.sh"; . "$1/engine.sh"
        tail --pid="$3" -f /dev/null; engine_stop "$2"' guard "$ENGINE_LIB" "$1" "$2" \
        >/dev/null 2>&1 </dev/null &
    printf '%s\n' "$!" >"$1/guard"
    disown "$!"
}

registry_answers() { curl -sf --max-time 2 "http://127.0.0.1:$1/v2/" >/dev/null; }
registry_up_or_dead() { registry_answers "$1" || gone "$2"; }

# registry_start DIR: a registry with its files in DIR; its address is in DIR/registry.
registry_start() {
    local dir=$1 port pid try
    for try in 1 2 3; do
        port=$(free_port)
        cat >"$dir/registry.yml" <<YML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $dir/registry-data}}
http: {addr: "127.0.0.1:$port"}
YML
        docker-registry serve "$dir/registry.yml" >>"$dir/registry.log" 2>&1 </dev/null &
        pid=$!
        disown "$pid"
        printf '%s\n' "$pid" >"$dir/registry.pid"
        if eventually 20 registry_up_or_dead "$port" "$pid" && registry_answers "$port" &&
            alive "$pid"; then
            printf '127.0.0.1:%s\n' "$port" >"$dir/registry"
            return 0
        fi
        end_process "$pid"
    done
    tail -n 20 "$dir/registry.log" >&2
    warn "the registry did not start ($try tries)"
    return 1
}

# Why no engine can be started here, or nothing.
engine_obstacle() {
    local tool
    [[ $(id -u) == 0 ]] || { echo "not root, so no Docker Engine of our own can be started"; return; }
    for tool in dockerd docker curl jq sqlite3 ip iptables; do
        command -v "$tool" >/dev/null || { echo "$tool is not installed"; return; }
    done
}
