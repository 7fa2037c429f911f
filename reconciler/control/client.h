/* client.h - one engine: a driver's calls carried by the HTTP client.
 *
 * One client_send() leads to exactly one call of done, or to none once it was cancelled.  Facts
 * live in the arena that was given. */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include "control/credentials.h"
#include "engine/engine.h"
#include "net/http.h"

struct client {
    struct ev_loop *loop;
    struct http *http;
    const struct engine_driver *driver;
    struct endpoint endpoint;
    struct credentials *credentials; /* for pulls and questions to registries; NULL: no logins */
    char api_version[16];            /* "" before the first ping */
    char server[64];                 /* "Docker/20.10.24 (linux)" */
};

typedef void client_done(void *ctx, const struct facts *, const struct err *);
struct client_call;

struct client_call *client_send(struct client *, const struct call *, struct arena *, client_done *,
                                void *ctx);
void client_cancel(struct client_call *);

/* CALL_EVENTS: on_open, unless it is NULL, when the engine has taken the request, so that nothing
 * is missed from then on; on_event for every event, NULL for a line that is none; done when the
 * stream ends, for whatever reason.  An event is lent for the time of the callback. */
typedef void client_open(void *ctx);
typedef void client_event(void *ctx, const struct engine_event *);
struct client_call *client_watch(struct client *, const struct call *, client_open *,
                                 client_event *, client_done *, void *ctx);

/* CALL_LOGS with `follow`: on_line for every line, without its end and lent for the time of the
 * callback; done when the container has ended, or the call failed.  on_line may not cancel it. */
struct client_call *client_follow(struct client *, const struct call *, log_line *on_line,
                                  client_done *, void *ctx);

/* The same, and runs the loop until the answer is there. */
int client_ask(struct client *, const struct call *, struct arena *, struct facts *ret,
               struct err *) MUST_CHECK;

/* Learns the API version, once. */
int client_greet(struct client *, struct err *) MUST_CHECK;
/* Takes it from the answer to a CALL_PING: after an engine's restart it may be another one. */
void client_learn(struct client *, const struct facts *);

#endif
