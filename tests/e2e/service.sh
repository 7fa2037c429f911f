# shellcheck shell=bash disable=SC2120
# service.sh - for tests of `run`.  To be sourced after lib.sh.

# serve [ARGUMENTS…]: starts the service of this world; its log goes to $W/bg.err.
serve() {
    rec_start run --control "$W/control.sock" --resync 1h "$@"
    rec_says 'started' 20
    eventually 20 healthy || fail 'the service does not become healthy'
}
healthy() { ask health >/dev/null 2>&1; }

# ask VERB…: through the service's control socket.
ask() { timeout -k 5 "$LIMIT" "$AVR_RECONCILER" "$@" --control "$W/control.sock" </dev/null; }

# Everything is as asked for and nobody is at work.
settled() { ask status >/dev/null 2>&1; }
expect_settled() { eventually "${1:-60}" settled || { ask status >&2 || true; fail 'it does not come to rest'; }; }

# The service ends by TERM, with code 0, and a last look finds nothing to do.
serve_end() {
    kill -TERM "$REC"
    rec_wait 10
    expect_equal "$CODE" 0 'exit of the service'
    expect_in_sync
}
