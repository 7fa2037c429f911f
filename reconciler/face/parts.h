/* parts.h - the inside of the face, for the files of this room.
 *
 *     face.c       its life, and the families of endpoints
 *     guard.c      the server's gate: gate.c decides who may, by token.c and jwt.c
 *     health.c     /healthz, /readyz
 *     page.c       /, /page/…
 *     live_config.c  what containers ask for at each call: /internal/…, /c/{token}/internal/…
 *     webhooks.c   /webhooks: what core tells of calls
 *     seen.c       what the last round saw
 *     fresh.c      answers that need a look of this moment
 *     status.c     the fleet as a whole, and what was done to it
 *     api_agents.c one agent, many agents
 *     api_orders.c what is asked for of them
 *     events.c     what happens, as it happens; rows.c what is new, ring.c what was missed
 *     logs.c       what containers write, as they write it
 *     metrics.c    for Prometheus
 *     reachable.c  no endpoint: whether containers that are to ask can reach all these
 *
 * A family is a table of routes and what it wants to be told.  Handlers get the face as their
 * context. */
#ifndef FACE_PARTS_H
#define FACE_PARTS_H

#include "calls/event.h"
#include "face/access.h"
#include "face/face.h"
#include "face/gate.h"
#include "service/view.h"
#include "tell/log.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"

struct events;
struct logs;
struct metrics_book;
struct rows;
struct waiting;

struct live_counts { /* questions for settings: answered, and refused to whoever may not know */
    unsigned long answered, refused;
};

struct hook_counts { /* webhooks: those that were heard, and those that were not */
    unsigned long heard[CALL_EVENT__N], refused;
};

struct face {
    const struct face_options *options;
    struct service_guest guest;
    struct service *service;
    struct arena *arena; /* from open to close */
    struct web *web;
    struct relay *relay;    /* of webhooks, to the backend; NULL: they are not passed on */
    const char *host;       /* of the advertised URL */
    const char *jwt_secret; /* that is to be believed; NULL: none */
    bool was_good;          /* the last round */
    bool was_ready;         /* some round was good */
    bool is_unreached;      /* containers are to ask it, and cannot */
    struct live_counts live;
    struct hook_counts hooks;
    struct events *events;
    struct rows *rows;
    struct waiting *waiting;
    struct logs *logs;
    struct metrics_book *metrics;
};

struct face_family {
    const struct web_route *routes;
    size_t n_routes;
    /* Each may be NULL. */
    void (*open)(struct face *);
    void (*on_round)(struct face *, bool good);
    void (*on_event)(struct face *, const struct event *);
    void (*on_change)(struct face *, const struct change *);
    void (*on_calls)(struct face *, const struct database *);
    void (*close)(struct face *); /* the server is closed */
};

extern const struct face_family page_family, health_family, live_family, webhooks_family,
    events_family, status_family, agents_family, orders_family, logs_family, metrics_family,
    reachable_family, fresh_family;

/* ---- guard.c ---- */
web_gate face_gate;
const struct face_identity *face_identity(const struct web_request *); /* who asks */
void face_read_secret(struct face *);

#endif
