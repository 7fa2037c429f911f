/* probe.h - one attempt to find out whether a container is ready, asked at its own address.
 *
 * Ready means that it does its part of AVR's contract: a TCP listener accepts, a speech-to-speech
 * container answers a WebSocket upgrade with 101 (which costs nothing: it calls its vendor only on
 * the first message), an HTTP route answers 2xx.  How often, until when, and what the engine's own
 * health check says is the caller's business. */
#ifndef CONTROL_PROBE_H
#define CONTROL_PROBE_H

#include "core/desired.h"
#include "net/http.h"

struct probe_attempt;

/* why is a sentence, "" when ready: "connection refused on 172.18.0.4:6033", "WebSocket upgrade
 * answered 404".  It is lent for the time of the callback. */
typedef void probe_done(void *ctx, bool ready, const char *why);

/* Leads to exactly one call of done, from the loop and within 2 s, unless it is cancelled before.
 * When done runs the attempt is over and must not be cancelled.  The kinds that ask nothing of the
 * network (PROBE_ENGINE, PROBE_NONE) must not be given. */
struct probe_attempt *probe_start(struct http *, const struct probe *, const char *ip,
                                  const char *port, probe_done *, void *ctx);
void probe_cancel(struct probe_attempt *);

#endif
