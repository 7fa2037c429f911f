#!/bin/bash
# Goal of this test: what the container image is made of is all the program needs: it runs where
# nothing else is.  Usage: image.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
. "$(dirname "$0")/files.sh"
[[ $(id -u) == 0 ]] || { echo "=================== SKIPPED: $(basename "$0"): chroot needs root" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

examples/compose/collect.sh "$program" "$work/image"
chroot "$work/image" /usr/bin/avr-reconciler version
# An engine that is looked up by name: the resolver needs no file of its own.
export DOCKER_HOST=tcp://nowhere.invalid:2375
printf 'agents: {a: {sts: {image: "r:1"}}}\n' >"$work/image/tmp/spec.yaml"
chroot "$work/image" /usr/bin/avr-reconciler -f /tmp/spec.yaml --state-dir /tmp/state status \
    >"$work/out" 2>&1 && code=0 || code=$?
cat "$work/out"
((code == 6)) && grep -q 'no such host: nowhere.invalid' "$work/out"
