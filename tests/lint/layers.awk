# layers.awk - which room may include which.  awk -f layers.awk reconciler/*/*.[ch]
BEGIN {
    may["base"] = ""
    may["core"] = may["net"] = "base"
    may["source"] = may["engine"] = may["store"] = "base core"
    may["control"] = "base core source engine net store"
    may["watch"] = "base core source engine net control"
    may["link"] = "base core net control"
    may["tell"] = "base core net"
    may["service"] = "base core source engine net store control watch link tell"
    may["cli"] = "base core source engine net store control watch link tell service"
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
