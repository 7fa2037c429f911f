/* relay.h - passes core's webhooks on to the backend, for an AVR whose WEBHOOK_URL is ours.
 *
 * The same body and headers reach it, the events of one call in their order, one at a time; calls
 * do not wait for each other.  Core sends each event once and waits for it; here it costs core
 * nothing if the backend is slow or away.  What finds no connection is tried again for some
 * minutes; what was sent is not sent again, for it may have arrived.  What waits is bounded: of a
 * call that has too much, the oldest event that is not about its beginning or end is dropped. */
#ifndef CALLS_RELAY_H
#define CALLS_RELAY_H

#include <stdbool.h>

#include "calls/event.h"

enum {
    RELAY_CALLS = 1024,  /* that have something to be passed on */
    RELAY_A_CALL = 64,   /* events of one that wait */
    RELAY_EVENTS = 8192, /* of all; the last half is for beginnings and ends */
};

struct ev_loop;
struct relay;

struct relay_options {
    const char *url;    /* of the backend: http or https, without user name */
    const char *secret; /* x-avr-webhook-secret */
    /* 0: 1 s until an answer is not waited for, 10 s for one attempt, 1 s until the next, 5 min
     * until an event is given up. */
    unsigned answer_ms, attempt_ms, retry_ms, keep_ms;
    /* The backend could not be told of something: why; NULL: it was told again.  Told once for each
     * change.  May be NULL. */
    void (*trouble)(void *ctx, const struct err *);
    void *ctx;
};

/* NULL and ERR_INVALID, without a word of the address, if it is none.  The options are copied. */
struct relay *relay_open(struct ev_loop *, const struct relay_options *, struct err *);
void relay_close(struct relay *); /* drops what waits; NULL is fine */

/* The backend's answer to an event, JSON of at most 64 KiB; NULL: it gave none in time. */
typedef void relay_answer(void *ctx, const char *json, size_t len);

/* Copies the event.  answer(), if not NULL, is called once, from the loop or from relay_close().
 * False, and answer() is not called: there is no room for it. */
bool relay_send(struct relay *, const struct call_event *, const char *body, relay_answer *answer,
                void *ctx);

/* This very event is being sent at this moment: whoever posts it got it from us. */
bool relay_is_echo(const struct relay *, const struct call_event *);

struct relay_counts {
    unsigned long sent, failed, dropped;
    size_t waiting;
};
struct relay_counts relay_counts(const struct relay *);

#endif
