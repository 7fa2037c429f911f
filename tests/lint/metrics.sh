#!/bin/bash
# Goal of this test: what Prometheus is told keeps to its conventions, and the alerts and the dashboard
# of the examples are well-formed and ask for nothing that is not told.
set -euo pipefail
. "$(dirname "$0")/files.sh"
need promtool jq
told=tests/render/data/metrics.txt # as render.metrics compares it
alerts=examples/prometheus/alerts.yaml
dashboard=examples/grafana/dashboard.json

words=$(promtool check metrics <"$told" 2>&1) || { printf '%s\n' "$words"; exit 1; }
[[ -z $words ]] || { printf '%s\n' "$words"; exit 1; }
promtool check rules "$alerts"

asked=$({ cat "$alerts"; jq -r '.panels[].targets[].expr' "$dashboard"; } |
    grep -oE 'avr_reconciler_[a-z_]+' | sort -u)
((${#asked} > 0))
bad=0
for name in $asked; do
    grep -qE "^$name(\{| )" "$told" || { echo "nobody tells of $name"; bad=1; }
done
exit "$bad"
