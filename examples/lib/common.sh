# shellcheck shell=bash
# common.sh - what the demo and the tests both need: messages, bounded waits, random names.
# To be sourced.

warn() { printf '%s\n' "$*" >&2; }
die() { warn "$*"; exit 1; }

uuid() { cat /proc/sys/kernel/random/uuid; }

# between LOW HIGH: a random number, both ends included.
between() { printf '%s\n' $(($1 + SRANDOM % ($2 - $1 + 1))); }

# eventually SECONDS COMMAND…: tries until it succeeds; fails when the time has passed.  A look
# every tenth of a second is no pause in place of a condition: the condition is the command.
eventually() {
    local limit=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < limit)) || return 1
        sleep 0.1
    done
}

alive() { [[ -n ${1:-} && -d /proc/$1 && $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null) != Z ]]; }
gone() { ! alive "$1"; }

# end_process PID [SECONDS]: TERM, then KILL.
end_process() {
    alive "${1:-}" || return 0
    kill -TERM "$1" 2>/dev/null || true
    eventually "${2:-10}" gone "$1" && return 0
    kill -KILL "$1" 2>/dev/null || true
    eventually 10 gone "$1"
}

# free_port: a TCP port of the loopback interface on which nobody listens now.
free_port() {
    local port
    while :; do
        port=$(between 20000 29999)
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s\n' "$port"
}
