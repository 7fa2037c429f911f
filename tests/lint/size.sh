#!/bin/bash
# Goal of this test: no C file is longer than 600 lines and no function longer than 90.
set -euo pipefail
. "$(dirname "$0")/files.sh"
need ctags

project_files '*.c' '*.h' | xargs -r wc -l | awk '
    $2 != "total" && $1 > 600 {printf "%s: %d lines, 600 are the limit\n", $2, $1; bad = 1}
    END {exit bad}'
project_files '*.c' | xargs -r ctags -x --c-kinds=f --fields=+ne --_xformat='%F %n %{end} %N' |
    awk '$3 - $2 + 1 > 90 {printf "%s:%d: %s has %d lines, 90 are the limit\n", $1, $2, $4, $3 - $2 + 1; bad = 1}
         {n++; lines += $3 - $2 + 1}
         END {if (n) printf "%d functions, %.1f lines on average\n", n, lines / n; exit bad}'
