#!/bin/bash
# Stops what engine-start.sh started, whatever state it is in.
set -euo pipefail
TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../examples/lib/common.sh
. "$TOP/examples/lib/common.sh"
# shellcheck source=../../examples/lib/engine.sh
. "$TOP/examples/lib/engine.sh"

[[ -s $E2E_ENGINE_FILE ]] || exit 0
engine_stop "$(<"$E2E_ENGINE_FILE")"
rm -f "$E2E_ENGINE_FILE"
