#!/bin/bash
# Starts the engine and the registry that all end-to-end tests of one ctest run share.  Its folder
# is written to the file named by E2E_ENGINE_FILE.  It ends with ctest, or with engine-stop.sh.
set -euo pipefail
TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../examples/lib/common.sh
. "$TOP/examples/lib/common.sh"
# shellcheck source=../../examples/lib/engine.sh
. "$TOP/examples/lib/engine.sh"
# shellcheck source=../../examples/lib/avr.sh
. "$TOP/examples/lib/avr.sh"
# shellcheck source=images.sh
. "$TOP/tests/e2e/images.sh"

skip() {
    warn "=================== SKIPPED: every end-to-end test: $*"
    [[ ${CI:-} != true ]] || exit 1
    exit 77
}
why=$(engine_obstacle)
[[ -z $why ]] || skip "$why"
[[ ! -s $E2E_ENGINE_FILE ]] || engine_stop "$(<"$E2E_ENGINE_FILE")" # of a run that was killed
folder=$(mktemp -d "${TMPDIR:-/tmp}/avrd-engine.XXXXXX")
printf '%s\n' "$folder" >"$E2E_ENGINE_FILE"
engine_start "$folder" || { engine_stop "$folder"; skip "no Docker Engine can be started here"; }
engine_guard "$folder" "$PPID"
registry_start "$folder"
export DOCKER_HOST=unix://$folder/engine.sock DOCKER_CONFIG=$folder/docker
network_new avr
base_images
echo "engine in $folder, registry at $(<"$folder/registry")"
