#!/bin/bash
# Goal of this test: no file mentions a folder that exists only on the machine it was written on.
set -euo pipefail
. "$(dirname "$0")/files.sh"
# The brackets keep this file from finding itself.
if project_files '*' | xargs -r -d '\n' grep -nIE '(^|[^a-zA-Z0-9_.-])/(wor[k]|roo[t])/[a-z]' --; then
    echo "paths of somebody's machine"
    exit 1
fi
