#!/bin/bash
# Goal of this test: exit codes and messages of everything that can be wrong from outside: usage 64 with a suggestion,
# spec 3 with file:line:col, engine or database away 6; and nothing was changed by any of it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

agent_new_sts 'Night desk' 'Hi v1'
provider_set "$PROVIDER" DEEPGRAM_GREETING 'Hi v2'
sts=$(box_id "$STS")

step 'usage'
expect_exit 64 rec aply
expect_text 'apply'
expect_exit 64 rec diff --progres json
expect_text '\-\-progress'
expect_exit 64 rec diff -o nonsense
expect_exit 64 rec apply --wait-timeout soon
expect_exit 0 "$AVR_RECONCILER" --help
expect_text 'diff'
expect_exit 0 "$AVR_RECONCILER" help apply
expect_exit 0 "$AVR_RECONCILER" version

step 'spec'
good=$(<"$SPEC")
printf 'agents:\n  x:\n    sts: {image: a, pull_polcy: never}\n' >"$SPEC"
for verb in validate diff apply config; do
    expect_exit 3 rec "$verb"
    expect_text 'spec\.yaml:3:[0-9]+: '
    expect_text 'pull_policy'
done
printf '%s\n' "$good" >"$SPEC"
expect_exit 0 rec validate
AVR_DATABASE=$DB_DATABASE expect_exit 0 "$AVR_RECONCILER" validate -f "$TOP/examples/avr-infra/spec.yaml"

step 'engine'
for host in "unix://$W/nobody.sock" "tcp://127.0.0.1:$(free_port)"; do
    for verb in diff apply status; do
        expect_exit 6 rec "$verb" -H "$host"
        [[ -n $ERR ]] || fail 'no word about it on stderr'
    done
done
: >"$W/not-a-socket"
expect_exit 6 rec diff -H "unix://$W/not-a-socket"

step 'database'
cp "$DB_DATABASE" "$W/safe.db"
broken() { # WHAT: the database is in such a state; exit 6, its path named, nothing changed
    local verb
    for verb in diff apply; do
        expect_exit 6 rec "$verb"
        expect_text 'data\.db'
    done
    expect_equal "$(box_id "$STS")" "$sts" "the container with a database that is $1"
    expect_serves "$CORE"
    rm -rf "$DB_DATABASE"*
    cp "$W/safe.db" "$DB_DATABASE"
}
rm "$DB_DATABASE"
broken missing
: >"$DB_DATABASE"
broken empty
head -c 5000 /dev/urandom >"$DB_DATABASE"
broken garbage
truncate -s 9000 "$DB_DATABASE"
broken truncated
rm "$DB_DATABASE"
mkdir "$DB_DATABASE"
broken 'a folder'
db 'DROP TABLE provider'
broken 'without a table'
db 'ALTER TABLE agent RENAME COLUMN status TO state'
broken 'without a column'

step 'a writer holds the database'
coproc WRITER { sqlite3 -batch "$DB_DATABASE"; }
printf 'BEGIN EXCLUSIVE;\nSELECT 1;\n' >&"${WRITER[1]}"
read -r -t 10 _ <&"${WRITER[0]}" || fail 'no lock'
expect_exit 6 rec diff
expect_text 'lock|busy'
printf 'ROLLBACK;\n.quit\n' >&"${WRITER[1]}"
eventually 10 gone "$WRITER_PID" || fail 'the writer stays'
expect_exit 2 rec diff
expect_exit 64 rec diff 'nobody by this name'
expect_equal "$(box_id "$STS")" "$sts" 'the container at the end'
