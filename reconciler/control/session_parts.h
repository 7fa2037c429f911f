/* session_parts.h - the inside of a session, for the files of this room; see session.h. */
#ifndef CONTROL_SESSION_PARTS_H
#define CONTROL_SESSION_PARTS_H

#include <ev.h>

#include "control/client.h"
#include "control/session.h"
#include "control/gather.h"
#include "control/last_lines.h"
#include "control/witness.h"
#include "core/outage.h"

struct session {
    const struct config *config;
    struct client client;
    struct cache *cache;
    struct registry_memory *registries;
    struct witness_calls *calls;
    struct last_lines *last_lines;
    struct digest_key key;
    struct outage outage;
    char engine_id[128]; /* "" before somebody asked */
    struct ev_async wake;
    volatile int interrupted; /* set by a signal handler, never cleared */
    void (*on_interrupt)(void *ctx);
    void *interrupt_ctx;
};

#endif
