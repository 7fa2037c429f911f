#!/bin/bash
# Goal of this test: the unit tests of a build without sanitizers make no error under valgrind and
# lose no memory.  Usage: valgrind.sh BUILD-FOLDER
set -euo pipefail
build=$(cd "$1" && pwd)
. "$(dirname "$0")/files.sh"
need valgrind jq ctest
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One line a test: its program and arguments, each quoted for the shell.  control.faults makes
# thousands of applies, face.hostile as many connections: those AddressSanitizer watches, here they
# would take half an hour.  Programs that wait for children by pidfd need a kernel call that
# valgrind does not know.
ctest --test-dir "$build" -L unit -LE 'faults|crowd|pidfd' --show-only=json-v1 |
    jq -r '.tests[] | select(.command != null) | .command | @sh' >"$work/tests"

# Used by xargs.
check() {
    local -a command
    eval "command=($1)"
    # Scripts are no business of valgrind.
    [[ $(head -c 4 "${command[0]}") == $'\177ELF' ]] || return 0
    local log
    log=$work/$(basename "${command[0]}").log
    if (cd "$(dirname "${command[0]}")" && valgrind --quiet --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite "${command[@]}" >"$log" 2>&1); then
        echo "clean: ${command[0]##*/}"
    else
        echo "FAILED: ${command[0]##*/}"
        tail -n 40 "$log"
        return 1
    fi
}
export -f check
export work
# shellcheck disable=SC2016 # for the other shell
tr '\n' '\0' <"$work/tests" | xargs -0 -r -P 2 -n 1 bash -c 'check "$1"' check
echo "$(wc -l <"$work/tests") programs"
[[ -s $work/tests ]]
