/* guest.h - somebody who lives in the service's loop beside it: it is told what happens, reads what
 * service/view.h shows, and decides nothing. */
#ifndef SERVICE_GUEST_H
#define SERVICE_GUEST_H

#include <stdbool.h>

#include "base/err.h"

struct change;
struct database;
struct event;
struct service;

struct service_guest {
    int (*open)(void *ctx, struct service *, struct err *); /* everything else is open */
    void (*on_round)(void *ctx, bool good);                 /* a round is finished */
    void (*on_event)(void *ctx, const struct event *);      /* progress of work on an agent */
    void (*on_change)(void *ctx, const struct change *);  /* an entry of the history was written */
    void (*on_calls)(void *ctx, const struct database *); /* as they were just read; may be NULL */
    void (*close)(void *ctx); /* everything else is still open; not called if open failed */
    void *ctx;
};

#endif
