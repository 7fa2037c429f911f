#!/bin/bash
# Goal of this test: status --watch shows what changes while it runs, beside a service and without one, on a terminal in
# place and elsewhere once a change; Ctrl-C ends it with code 0.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/service.sh"

agent_new_sts 'Night desk' 'Hi v1'

step 'without a terminal: a table for each change'
rec_start status --watch
rec_says 'Night desk +in sync'
docker stop -t 0 "$STS" >/dev/null
rec_says 'Night desk +drifted.* 1/2 '
docker start "$STS" >/dev/null
both() { (($(grep -c 'in sync' "$W/bg.out") == 2)); }
eventually 20 both || fail 'it does not tell that all is well again'
kill -INT "$REC"
rec_wait 5
expect_equal "$CODE" 0 'exit at Ctrl-C'
expect_equal "$(grep -c NAME "$W/bg.out")" 3 'tables'

# on_terminal COMMAND…: on a terminal whose size changes; what it draws goes to $W/screen.
on_terminal() {
    python3 - "$W/screen" "$@" <<'EOF'
import fcntl, os, pty, select, struct, sys, termios, time
screen, command = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 100, 0, 0))
    os.environ["TERM"] = "xterm"
    os.execvp(command[0], command)
seen = b""
def see(what, seconds=20):
    global seen
    start, end = len(seen), time.monotonic() + seconds
    while what not in seen[start:]:
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            sys.exit("not seen: %r in %r" % (what, seen[start:]))
        seen += os.read(fd, 65536)
see(b"\x1b[H")
see(b"in sync")
see(b"in sync")                      # drawn again
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 2, 60, 0, 0))
see(b"NAME")
os.write(fd, b"\x03")                # Ctrl-C, by the terminal
_, status = os.waitpid(pid, 0)
open(screen, "wb").write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
EOF
}

step 'on a terminal, by itself'
on_terminal "$AVR_RECONCILER" status --watch -f "$SPEC" --state-dir "$STATE" || fail 'on a terminal'

step 'on a terminal, through the service'
serve
on_terminal "$AVR_RECONCILER" status --watch --control "$W/control.sock" || fail 'on a terminal'
grep -q $'\x1b\[?7l\x1b\[H' "$W/screen" || fail 'it is not drawn in place'
! grep -q $'\x1b\[2J' "$W/screen" || fail 'it is cleared before it is drawn: that flickers'
serve_end
