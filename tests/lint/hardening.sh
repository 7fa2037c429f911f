#!/bin/bash
# Goal of this test: the program that is shipped is hardened: position independent, full RELRO, no
# executable stack, stack protector, FORTIFY, and control-flow protection in every object of ours.
# Usage: hardening.sh PROGRAM LIBRARY…
set -euo pipefail
program=$1
shift
bad=0 good=0
check() { # WHAT COMMAND…
    local what=$1
    shift
    if "$@"; then good=$((good + 1)); else echo "missing: $what"; bad=$((bad + 1)); fi
}
headers=$(readelf -hlW "$program")
dynamic=$(readelf -dW "$program")
symbols=$(readelf --dyn-syms -W "$program")

pie() { grep -q 'Type: *DYN' <<<"$headers" && grep -q PIE <<<"$dynamic"; }
relro() { grep -q GNU_RELRO <<<"$headers" && grep -q BIND_NOW <<<"$dynamic"; }
stack() { grep 'GNU_STACK' <<<"$headers" | grep -qE ' RW +0x'; }
canary() { grep -q __stack_chk_fail <<<"$symbols"; }
fortify() { grep -qE '__[a-z]+_chk(@|$)' <<<"$(grep -v stack_chk <<<"$symbols")"; }
# The C library's start files carry no such note on Debian 12, so the linked program has none;
# what counts is that each object of ours does.
flow() {
    local library objects noted
    for library in "$@"; do
        objects=$(ar t "$library" | wc -l)
        noted=$(readelf -nW "$library" 2>/dev/null | grep -c 'x86 feature:.*IBT.*SHSTK' || true)
        ((objects == noted)) || { echo "$library: $noted of $objects objects"; return 1; }
    done
}
check 'position independent executable' pie
check 'full RELRO' relro
check 'stack that is not executable' stack
check 'stack protector' canary
check 'FORTIFY' fortify
if [[ $(uname -m) == x86_64 ]]; then check 'control-flow protection' flow "$@"; fi
echo "$good checks hold, $bad do not"
exit $((bad > 0))
