/* parts.h - the inside of the face, for the files of this room.
 *
 *     face.c       its life, and the families of endpoints
 *     gate.c       who may
 *     health.c     /healthz, /readyz
 *     page.c       /, /page/…
 *
 * A family is a table of routes and what it wants to be told.  Handlers get the face as their
 * context. */
#ifndef FACE_PARTS_H
#define FACE_PARTS_H

#include "face/access.h"
#include "face/face.h"
#include "service/view.h"
#include "tell/log.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/server.h"

struct face {
    const struct face_options *options;
    struct service_guest guest;
    struct service *service;
    struct arena *arena; /* from open to close */
    struct web *web;
    const char *host; /* of the advertised URL */
    bool was_good;    /* the last round */
    bool was_ready;   /* some round was good */
};

struct face_family {
    const struct web_route *routes;
    size_t n_routes;
    /* Each may be NULL. */
    void (*open)(struct face *);
    void (*on_round)(struct face *, bool good);
    void (*on_event)(struct face *, const struct event *);
    void (*on_change)(struct face *, const struct change *);
    void (*close)(struct face *); /* the server is closed */
};

extern const struct face_family health_family;
extern const struct face_family page_family;

/* ---- gate.c ---- */
web_gate face_gate;

#endif
