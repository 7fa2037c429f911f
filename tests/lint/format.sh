#!/bin/bash
# Goal of this test: every C file is laid out as .clang-format says.
set -euo pipefail
. "$(dirname "$0")/files.sh"
need clang-format
project_files '*.c' '*.h' | xargs -r clang-format --dry-run --Werror
