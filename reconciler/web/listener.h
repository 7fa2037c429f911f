/* listener.h - one address at which connections are taken. */
#ifndef WEB_LISTENER_H
#define WEB_LISTENER_H

#include <ev.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/err.h"

struct web_listener {
    const char *name; /* as it was given */
    struct sockaddr_storage address;
    socklen_t len;
    int fd; /* -1: not listened at */
    struct ev_io acceptable;
};

/* "127.0.0.1:6100", "[::1]:6100": names are not looked up. */
int web_listener_parse(const char *text, struct web_listener *ret, struct err *) MUST_CHECK;
int web_listener_open(struct web_listener *, struct err *) MUST_CHECK;
unsigned web_listener_port(const struct web_listener *); /* 0: not listened at */

#endif
