/* control_client.h - a command line's side of the control socket.  Blocks; Ctrl-C leaves. */
#ifndef LINK_CONTROL_CLIENT_H
#define LINK_CONTROL_CLIENT_H

#include "link/wire.h"

enum { CONTROL_HANDSHAKE_MS = 2000 };

enum control_presence {
    CONTROL_ABSENT,  /* there is no socket */
    CONTROL_STALE,   /* a socket that a dead service left */
    CONTROL_REFUSED, /* no permission, or the service will not serve this client now */
    CONTROL_SILENT,  /* somebody listens and does not answer in time: it hangs or is stopped */
    CONTROL_FOREIGN, /* the path is no socket, or what answers speaks something else */
    CONTROL_ANSWERS,
};

/* Connects, waits for the hello, leaves.  err holds a sentence unless it answers; it is ERR_INVALID
 * (path, FOREIGN), ERR_NOT_FOUND (ABSENT, STALE), ERR_DENIED (REFUSED) or ERR_UNREACHABLE (SILENT).
 */
enum control_presence control_probe(const char *path, struct err *) MUST_CHECK;

struct control_listener { /* what comes back; text and event are lent for the time of the call */
    bool (*out)(void *ctx, const char *text); /* false: it cannot be written, leave */
    void (*err)(void *ctx, const char *text);
    void (*event)(void *ctx, const cJSON *);
    void *ctx;
};

/* Sends the request and hears the answer to its end.  answer_ms: how long that may take; 0: for
 * ever.  The errors of control_probe(), ERR_UNREACHABLE too when the service ends or goes silent in
 * the middle, and ERR_INTERRUPTED for SIGINT and SIGTERM, which are held back meanwhile, and when
 * the output cannot be written. */
int control_ask(const char *path, const struct wire_request *, unsigned answer_ms,
                const struct control_listener *, int *ret_exit, struct err *) MUST_CHECK;

#endif
