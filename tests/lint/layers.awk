# layers.awk - which room may include which.  awk -f layers.awk reconciler/*/*.[ch]
BEGIN {
    may["base"] = ""
    may["core"] = may["net"] = may["web"] = "base"
    may["doctor"] = may["source"] = may["engine"] = may["store"] = "base core"
    may["render"] = "base core doctor"
    may["tell"] = may["calls"] = "base core net"
    may["control"] = "base core doctor render source engine net store"
    may["live"] = "base core source control"
    may["reach"] = "base core doctor source engine net control"
    may["watch"] = "base core source engine net control"
    may["link"] = "base core net control"
    may["service"] = "base core render source engine net store control watch link tell calls"
    may["face"] = may["service"] " doctor service web live"
    may["cli"] = may["face"] " face reach"
}
FNR == 1 { n = split(FILENAME, part, "/"); room = part[n - 1] }
!(room in may) { if (FNR == 1) { print FILENAME ": no such room"; bad = 1 } next }
/^#include "/ {
    split($2, target, /["\/]/)
    if (target[2] != room && index(" " may[room] " ", " " target[2] " ") == 0) {
        printf "%s:%d: %s may not include %s\n", FILENAME, FNR, room, target[2]
        bad = 1
    }
}
END { exit bad }
