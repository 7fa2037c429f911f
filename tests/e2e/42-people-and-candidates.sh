#!/bin/bash
# Goal of this test: people who remove, stop, restart, rename and disconnect a candidate: it is made anew, at once or, where
# it looks like a bad image, after the back-off; each role runs exactly once in the end.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"
. "$(dirname "$0")/backend.sh"
. "$(dirname "$0")/people.sh"

image_build "$TEST/avr-sts-deepgram:late" late 3 'ENV LATE_SECONDS=4'
new_agents removed restarted stopped renamed disconnected
serve_watched

each remember
begin_count
late() { provider_image "$PROVIDER" "$TEST/avr-sts-deepgram:late"; }
each late
prepares() { expect_in next "$1"; }
each prepares
of renamed && docker rename "$(box_in next)" "$TEST-new"
of removed && docker rm -f "$(box_in next)" >/dev/null
of restarted && docker restart -t 1 "$(box_in next)" >/dev/null
of disconnected && docker network disconnect "$NET" "$(box_in next)"
of stopped && docker stop -t 1 "$(box_in next)" >/dev/null
expect_all_once
each anew
expect_writes 50 # 6 to replace each, 4 for each try that was spoilt
expect_calm_log
serve_end
